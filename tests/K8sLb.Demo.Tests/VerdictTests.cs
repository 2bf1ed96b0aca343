namespace K8sLb.Demo.Tests;

public sealed class VerdictTests
{
    [Theory]
    [InlineData(150, 20_000, 0, true)]
    [InlineData(150, 20_000, 1, false)] // something was lost
    [InlineData(0, 20_000, 0, false)] // the load proved nothing
    [InlineData(150, 19_999, 0, false)] // too little load
    public void The_demo_passes_if_only_the_baseline_loses_requests(
        long baselineFailed,
        long requests,
        long failed,
        bool passed
    ) => Verdict.Of(Samples.Report(20_000, baselineFailed), Samples.Report(requests, failed)).Passed.ShouldBe(passed);
}
