using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class RetryRules
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    public static void Check(BackendPoolRetry? retry, IList<BackendPoolPort>? ports, string path, FieldErrors errors)
    {
        if (retry is null)
        {
            return;
        }
        if (ports?.Any(p => p.Mode == "Proxy") == false)
        {
            errors.Add(
                path,
                "given",
                "must be left out where no port has mode Proxy, because a relay does not keep requests to send them again"
            );
        }
        errors.Range($"{path}.attempts", retry.Attempts, 1, 10);
        errors.Range($"{path}.budget.percent", retry.Budget.Percent, 0, 100);
        errors.Range($"{path}.budget.minPerSecond", retry.Budget.MinPerSecond, 0, 10_000);
        var from = errors.Duration($"{path}.backoff.base", retry.Backoff.Base);
        var to = errors.Duration($"{path}.backoff.max", retry.Backoff.Max);
        if (from > to || to > LongestPause)
        {
            errors.Add($"{path}.backoff.max", retry.Backoff.Max, "must be at least backoff.base, and at most 1m");
        }
        if (retry.PerTryTimeout is { } text && errors.Duration($"{path}.perTryTimeout", text) <= TimeSpan.Zero)
        {
            errors.Add($"{path}.perTryTimeout", text, "must be longer than 0s");
        }
    }
}
