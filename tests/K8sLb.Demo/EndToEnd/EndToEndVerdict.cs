using System.Globalization;

namespace K8sLb.Demo;

/// <summary>
/// Nothing is lost with K8sLb, in no scenario; and something is without it, over all of them, else the load proves nothing.
/// </summary>
internal static class EndToEndVerdict
{
    public static Verdict Of(IReadOnlyList<ScenarioResult> results, TimeSpan took)
    {
        var (without, with) = (Failed(results, RunKind.Baseline), Failed(results, RunKind.K8sLb));
        var account = string.Create(
            CultureInfo.InvariantCulture,
            $"with K8sLb {with:N0} of {Requests(results, RunKind.K8sLb):N0} requests failed, without it {without:N0} of {Requests(results, RunKind.Baseline):N0}; {took.TotalMinutes:0.0} minutes in all"
        );
        return with > 0 ? new(false, $"Not passed: {account}.")
            : without == 0 && results.Any(r => r.Run == RunKind.Baseline)
                ? new(false, $"Proves nothing, since nothing failed either way: {account}.")
            : new(true, $"Passed: {account}.");
    }

    private static long Failed(IEnumerable<ScenarioResult> results, RunKind run) =>
        results.Where(r => r.Run == run).Sum(r => r.Load.Failed);

    private static long Requests(IEnumerable<ScenarioResult> results, RunKind run) =>
        results.Where(r => r.Run == run).Sum(r => r.Load.Requests);
}
