using FsCheck;
using FsCheck.Fluent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Health;

namespace K8sLb.Sidecar.Tests.Health;

public sealed class HealthVerdictTests
{
    private static readonly HealthCheckPolicy Policy = new()
    {
        Kind = HealthCheckKind.Tcp,
        TargetPort = 1,
        IntervalMs = 1000,
        TimeoutMs = 100,
        UnhealthyThreshold = 3,
        HealthyThreshold = 2,
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("xx", true)]
    [InlineData("xxx", false)]
    [InlineData("xxoxx", true)] // only what comes in a row counts
    [InlineData("xxxo", false)]
    [InlineData("xxxoxo", false)]
    [InlineData("xxxoo", true)]
    [InlineData("xxxooxx", true)]
    public void Thresholds_count_checks_in_a_row(string checks, bool healthy) =>
        After(checks.Select(c => c == 'o'), Policy).Healthy.ShouldBe(healthy);

    [Fact]
    public void Whatever_came_before_the_threshold_in_a_row_decides()
    {
        var cases =
            from rise in Gen.Choose(1, 5)
            from fall in Gen.Choose(1, 5)
            from before in Gen.ListOf(Gen.Elements(true, false))
            from last in Gen.Elements(true, false)
            select (Policy with { HealthyThreshold = rise, UnhealthyThreshold = fall }, before, last);

        Prop.ForAll(
                Arb.From(cases),
                c =>
                {
                    var (policy, before, last) = c;
                    var enough = last ? policy.HealthyThreshold : policy.UnhealthyThreshold;
                    After([.. before, .. Enumerable.Repeat(last, enough)], policy).Healthy.ShouldBe(last);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    private static HealthVerdict After(IEnumerable<bool> checks, HealthCheckPolicy policy) =>
        checks.Aggregate(HealthVerdict.Untried, (verdict, success) => verdict.After(success, policy));
}
