using K8sLb.Protocol;

namespace K8sLb.Sidecar.Retries;

/// <summary>The tries of one request, one after the other.</summary>
internal sealed class RequestTries(RetryPolicy policy, RetryBudget budget, string method, bool hasContent)
{
    private int retries;

    /// <summary>What became of the last try is kept from the client, and there is to be another one.</summary>
    public bool IsTakenBack { get; private set; }

    public TimeSpan? Timeout =>
        policy.PerTryTimeoutMs > 0 && RetryRules.IsSafe(method, hasContent, TryFailure.Unknown)
            ? TimeSpan.FromMilliseconds(policy.PerTryTimeoutMs)
            : null;

    public void Begin() => IsTakenBack = false;

    /// <summary>Asked once for what became of a try.</summary>
    public bool TryTakeBack(TryFailure failure)
    {
        IsTakenBack =
            retries < policy.Attempts
            && RetryRules.IsSafe(method, hasContent, failure)
            && budget.TryTake(policy.BudgetPercent, policy.BudgetMinPerSecond);
        retries += IsTakenBack ? 1 : 0;
        return IsTakenBack;
    }

    /// <param name="draw">From 0 to below 1, at random.</param>
    public TimeSpan Pause(double draw) => RetryRules.Pause(policy, retries, draw);
}
