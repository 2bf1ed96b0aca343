using System.Text.Json;
using K8sLb.Load;

namespace K8sLb.Demo.Tests;

public sealed class EnduranceTests
{
    [Theory]
    [InlineData(0, 36, true)]
    [InlineData(0, 37, false)] // faster than the rate of 20 allows
    [InlineData(1, 5, false)] // something was lost
    public void K8sLb_has_to_lose_nothing_and_to_keep_its_pace(long failed, int mostToldInASecond, bool passed) =>
        EnduranceVerdict.Of([Result("k8slb", failed, mostToldInASecond)]).Passed.ShouldBe(passed);

    [Fact]
    public void Clients_that_come_back_faster_than_the_rate_are_a_fault()
    {
        var told = Result("k8slb", 0, 20);

        EnduranceVerdict
            .Of([told with { Moves = told.Moves with { MostReconnectedInASecond = 37 } }])
            .Faults.ShouldBe([
                "endpoints 2 s late: 37 connections came back in one second, with 20 as the pool's rate",
            ]);
    }

    [Fact]
    public void Stolen_time_is_a_part_of_all_that_has_passed()
    {
        var before = ProcessorTime.Parse("cpu  100 0 50 800 10 0 5 35 7 7");
        var after = ProcessorTime.Parse("cpu  150 0 60 820 10 0 5 55 7 7");

        after.StolenPercentSince(before).ShouldBe(20);
        after.StolenPercentSince(after).ShouldBe(0);
    }

    [Fact]
    public void What_the_others_do_is_no_fault() =>
        EnduranceVerdict.Of([Result("haproxy", 100, 500)]).Faults.ShouldBeEmpty();

    [Fact]
    public void A_fault_is_named_with_its_numbers() =>
        EnduranceVerdict
            .Of([Result("k8slb", 3, 99)])
            .Faults.ShouldBe([
                "endpoints 2 s late: 3 of 1000 requests failed",
                "endpoints 2 s late: 99 connections told to move in one second, with 20 as the pool's rate",
                "endpoints 2 s late: 99 connections came back in one second, with 20 as the pool's rate",
            ]);

    [Theory]
    [InlineData(485, 6, 26)]
    [InlineData(5, 6, 1)]
    public void A_member_takes_three_seconds(int connections, int members, int perSecond) =>
        ReleaseRate.For(connections, members).PerSecond.ShouldBe(perSecond);

    [Fact]
    public void Failures_are_told_by_class_and_kind() =>
        EnduranceTexts
            .Account(Result("k8slb", 3, 9))
            .ShouldBe(
                "k8slb, endpoints 2 s late: told to move in one second at most 9 (rate 20), came back 9; the machine's load 0.2 to 0.5, 1.5 % of its time stolen\n"
                    + "gRPC: 2 cut in the middle, 1 timed out"
            );

    [Fact]
    public void The_summary_holds_what_a_failing_run_is_diagnosed_with()
    {
        var json = JsonSerializer.Serialize([Result("k8slb", 3, 7)], DemoJson.Default.ListEnduranceResult);

        json.ShouldContain("\"failuresByClass\":{\"grpc\":{\"cut\":2,\"timeout\":1}}");
        json.ShouldContain("\"mostToldInASecond\":7");
        json.ShouldContain("\"releaseRate\":{\"perSecond\":20,\"most\":36.4}");
        json.ShouldContain("\"loadAverageBefore\":{\"oneMinute\":0.2,\"fiveMinutes\":0.18,\"fifteenMinutes\":0.12}");
    }

    private static EnduranceResult Result(string contender, long failed, int mostToldInASecond) =>
        new()
        {
            Contender = contender,
            EndpointLagSeconds = 2,
            RestartSeconds = [30],
            Load = RunSummary.Of(Samples.Report(1_000, failed)),
            FailuresByClass = new Dictionary<LoadClass, IReadOnlyDictionary<FailureKind, long>>
            {
                [LoadClass.Grpc] = new Dictionary<FailureKind, long>
                {
                    [FailureKind.Cut] = 2,
                    [FailureKind.Timeout] = 1,
                },
            },
            Failures = [],
            Moves = Samples.Moves(mostToldInASecond),
            ReleaseRate = contender == "k8slb" ? new(20) : null,
            LoadAverageBefore = LoadAverage.Parse("0.20 0.18 0.12 1/80 11206\n"),
            LoadAverageAfter = LoadAverage.Parse("0.50 0.18 0.12 1/80 11206\n"),
            StolenPercent = 1.5,
        };
}
