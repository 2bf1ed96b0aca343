namespace K8sLb.Demo.Tests;

public sealed class DecayCurvesTests
{
    private const string Pod = "shop-1-old";

    [Fact]
    public void A_drain_begins_with_all_it_had_and_never_steps_back_in_time()
    {
        var run = Samples.Run(
            RunKind.K8sLb,
            0,
            Drain(11, since: 1.5, remaining: 40),
            Drain(11.25, since: 1.3, remaining: 40),
            Drain(12, since: 2, remaining: 5)
        );

        DecayCurves.Of(run, Pod).ShouldBe([(0, 49), (1.5, 40), (2, 5)]);
    }

    [Fact]
    public void Without_K8sLb_it_begins_when_the_pod_is_told_to_end()
    {
        var run = Samples.Run(
            RunKind.Baseline,
            9,
            Samples.Frame(11, 0, Samples.Member(Pod, 30)),
            Samples.Frame(11.5, 0, Samples.Member(Pod, 8, "Terminating")),
            Samples.Frame(12, 9)
        );

        DecayCurves.Of(run, Pod).ShouldBe([(0, 30), (0, 8), (0.5, 0)]);
    }

    private static DemoFrame Drain(double seconds, double since, int remaining) =>
        Samples.Frame(seconds, 0, Samples.Member(Pod, remaining, "Draining", new DrainRow(since, 49, remaining, null)));
}
