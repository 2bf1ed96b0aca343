namespace K8sLb.Operator.Validation;

/// <summary>How often something is asked, and for how long its answer is waited for.</summary>
internal static class CheckTimes
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(50);

    public static void Check(string interval, string timeout, string path, FieldErrors errors)
    {
        var between = errors.Duration($"{path}.interval", interval);
        var limit = errors.Duration($"{path}.timeout", timeout);
        if (between < Shortest || between > Longest)
        {
            errors.Add($"{path}.interval", interval, "must be from 1s to 5m");
        }
        if (limit < ShortestTimeout || limit > between)
        {
            errors.Add($"{path}.timeout", timeout, "must be at least 50ms, and no longer than interval");
        }
    }
}
