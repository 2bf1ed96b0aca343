using System.Xml.Linq;
using K8sLb.Load;

namespace K8sLb.Demo.Tests;

public sealed class ScaleTests
{
    [Fact]
    public void Imbalance_is_the_fullest_ready_pod_times_the_mean()
    {
        var frame = Samples.Frame(
            10,
            0,
            Samples.Member("a", 30),
            Samples.Member("b", 10),
            Samples.Member("c", 0, phase: "Warming"),
            Samples.Member("d", 0, phase: "Starting")
        );

        ImbalanceCurve.Of(frame).ShouldBe(30 / (40.0 / 3));
        ImbalanceCurve.Of(Samples.Frame(1, 0, Samples.Member("a", 0))).ShouldBeNull();
    }

    [Fact]
    public void Even_a_minute_later_and_for_as_long_as_it_is_watched_passes()
    {
        var verdict = ScaleVerdict.Of(Uneven(RunKind.Baseline), Even(RunKind.K8sLb));

        verdict.Passed.ShouldBeTrue(verdict.Text);
        verdict.Text.ShouldContain("1.10 times the mean with K8sLb, 2.00 times without it");
    }

    [Theory]
    [InlineData(0, 1_200, 1.1)]
    [InlineData(1, 1_000, 1.1)]
    [InlineData(0, 1_000, 1.2)]
    public void Too_many_moves_a_failed_call_or_an_uneven_end_does_not(int failed, int moves, double last) =>
        ScaleVerdict.Of(Uneven(RunKind.Baseline), Even(RunKind.K8sLb, failed, moves, last)).Passed.ShouldBeFalse();

    [Fact]
    public void A_baseline_that_evens_out_by_itself_proves_nothing() =>
        ScaleVerdict.Of(Even(RunKind.Baseline), Even(RunKind.K8sLb)).Text.ShouldStartWith("Proves nothing");

    [Fact]
    public void The_page_has_whole_diagrams_and_the_plot_stands_by_itself()
    {
        var html = ScalePage.Html(Uneven(RunKind.Baseline), Even(RunKind.K8sLb));

        html.Split("<svg ").Length.ShouldBe(4);
        var plot = XElement.Parse(
            ScalePage.Imbalance(Uneven(RunKind.Baseline), Even(RunKind.K8sLb)).Standalone("imbalance")
        );
        plot.Descendants().Count(e => e.Name.LocalName == "polyline").ShouldBe(2);
        plot.Descendants().ShouldContain(e => e.Name.LocalName == "style");
    }

    private static ScaleResult Uneven(RunKind kind) => Result(kind, 0, 0, 20, 0, 20, 0);

    private static ScaleResult Even(RunKind kind, int failed = 0, int moves = 1_000, double last = 1.1) =>
        Result(kind, failed, moves, 11, 9, (int)(last * 10), 20 - (int)(last * 10));

    /// <summary>Two pods, ready at 30 s: at 60 s and at the end, 75 s later.</summary>
    private static ScaleResult Result(RunKind kind, int failed, int moves, params int[] held) =>
        new(
            kind,
            Samples.Report(20_000, failed) with
            {
                ReleasedPolitely = moves,
            },
            20,
            30,
            ["a"],
            [
                Samples.Frame(40, 0, Samples.Member("a", 20), Samples.Member("b", 0)),
                Samples.Frame(90, 0, Samples.Member("a", held[0]), Samples.Member("b", held[1])),
                Samples.Frame(105, 0, Samples.Member("a", held[2]), Samples.Member("b", held[3])),
            ]
        );
}
