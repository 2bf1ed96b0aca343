using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Retries;

namespace K8sLb.Sidecar.Tests.Retries;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData("GET", false, TryFailure.Unknown, true)]
    [InlineData("DELETE", false, TryFailure.Unknown, true)]
    [InlineData("POST", false, TryFailure.Unknown, false)]
    [InlineData("get", false, TryFailure.Unknown, false)] // methods are case-sensitive
    [InlineData("POST", false, TryFailure.NotBegun, true)]
    [InlineData("POST", true, TryFailure.NotBegun, false)]
    [InlineData("PUT", true, TryFailure.Unknown, false)]
    [InlineData("GET", false, TryFailure.None, false)]
    public void Only_what_is_safe_is_sent_again(string method, bool hasContent, TryFailure failure, bool safe) =>
        RetryRules.IsSafe(method, hasContent, failure).ShouldBe(safe);

    [Theory]
    [InlineData(200, TryFailure.None)]
    [InlineData(500, TryFailure.None)]
    [InlineData(502, TryFailure.Unknown)]
    [InlineData(503, TryFailure.NotBegun)]
    [InlineData(504, TryFailure.Unknown)]
    public void A_status_tells_whether_it_can_have_begun(int status, TryFailure failure) =>
        RetryRules.Of((HttpStatusCode)status).ShouldBe(failure);

    [Theory]
    [InlineData(1, 25)]
    [InlineData(2, 50)]
    [InlineData(4, 200)]
    [InlineData(5, 250)]
    [InlineData(60, 250)]
    public void The_pause_doubles_up_to_its_bound_and_is_drawn_from_all_below(int retry, double bound)
    {
        var policy = new RetryPolicy
        {
            Attempts = 2,
            BackoffBaseMs = 25,
            BackoffMaxMs = 250,
            BudgetPercent = 20,
            BudgetMinPerSecond = 10,
        };

        RetryRules.Pause(policy, retry, 0).ShouldBe(TimeSpan.Zero);
        RetryRules.Pause(policy, retry, 0.5).TotalMilliseconds.ShouldBe(bound / 2, 0.001);
        RetryRules.Pause(policy, retry, 0.999).TotalMilliseconds.ShouldBe(bound * 0.999, 0.001);
    }
}
