using K8sLb.Sidecar.Agent;

namespace K8sLb.Sidecar.Tests.Agent;

/// <summary>What a load balancer in front of the pool is told.</summary>
public sealed class AgentAnswerTests
{
    [Theory]
    [InlineData(100, null, null, "up ready 100%\n")]
    [InlineData(12.6, null, null, "up ready 13%\n")]
    [InlineData(0, "PodDeleted", null, "drain #PodDeleted\n")]
    [InlineData(0, "HealthCheckFailed", "answered with 503", "down #answered with 503\n")]
    [InlineData(100, null, "two\nlines", "down #two lines\n")]
    public void It_is_told_weight_drain_and_failure(double weight, string? draining, string? ailing, string answer) =>
        AgentAnswer.Of(weight, draining, ailing).ShouldBe(answer);

    [Fact]
    public void Every_answer_is_understood_by_whoever_reads_the_protocol()
    {
        foreach (var answer in new[] { AgentAnswer.Of(7, null, null), AgentAnswer.Of(0, "Sigterm", null) })
        {
            AgentReply.TryParse(answer, out _, out var error).ShouldBeTrue(error);
        }
    }
}
