using K8sLb.Core;
using K8sLb.Operator.Status;
using K8sLb.Protocol;
using DrainProgress = K8sLb.Protocol.DrainProgress;
using DrainReason = K8sLb.Core.DrainReason;

namespace K8sLb.Operator.Tests.Status;

public sealed class DrainForecastTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DrainRecord Drain = new()
    {
        Id = "d",
        Reason = DrainReason.PodDeleted,
        StartedAt = Start,
        RampDownEndsAt = Start.AddSeconds(5),
        Deadline = Start.AddSeconds(65),
    };

    [Theory]
    [InlineData(15, 100, 50, 25)] // half gone in 10 s of release: the rest in another 10 s
    [InlineData(15, 100, 99, 65)] // at this pace it would take 990 s: the deadline comes first
    [InlineData(15, 100, 100, 65)] // nothing to tell a pace from
    [InlineData(15, 100, 120, 65)] // more than at the start
    [InlineData(3, 100, 80, 65)] // the release has not begun
    [InlineData(15, 100, 0, 15)] // nothing left, waiting for quiet
    [InlineData(3, 0, 0, 5)] // nothing to release, but the ramp goes on
    public void The_end_follows_from_the_decay_so_far(int now, int initial, int remaining, int expected) =>
        DrainForecast
            .Eta(Drain, Report(initial, remaining), Start.AddSeconds(now))
            .ShouldBe(Start.AddSeconds(expected));

    [Fact]
    public void Without_word_of_this_drain_it_is_the_deadline()
    {
        DrainForecast.Eta(Drain, null, Start).ShouldBe(Drain.Deadline);
        DrainForecast.Eta(Drain, Report(10, 1) with { Id = "another" }, Start.AddSeconds(10)).ShouldBe(Drain.Deadline);
    }

    [Fact]
    public void A_drain_that_is_over_has_none() =>
        DrainForecast
            .Eta(Drain, Report(10, 0) with { Progress = DrainProgress.Released }, Start.AddSeconds(10))
            .ShouldBeNull();

    private static DrainReport Report(int initial, int remaining) =>
        new()
        {
            Id = "d",
            Reason = Protocol.DrainReason.PodDeleted,
            StartedAt = Start,
            Deadline = Drain.Deadline,
            Progress = DrainProgress.Releasing,
            Initial = initial,
            Remaining = remaining,
        };
}
