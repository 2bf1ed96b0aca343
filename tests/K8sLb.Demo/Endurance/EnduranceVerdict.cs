using System.Globalization;

namespace K8sLb.Demo;

/// <summary>Whether K8sLb kept what it promises. The others are there for comparison.</summary>
/// <param name="Faults">A line each.</param>
internal sealed record EnduranceVerdict(IReadOnlyList<string> Faults)
{
    public bool Passed => Faults.Count == 0;

    public static EnduranceVerdict Of(IEnumerable<EnduranceResult> results) =>
        new([.. results.Where(r => r.Contender == Contender.K8sLb).SelectMany(FaultsOf)]);

    private static IEnumerable<string> FaultsOf(EnduranceResult result)
    {
        if (result.Load.Failed > 0)
        {
            yield return $"endpoints {result.EndpointLagSeconds} s late: {result.Load.Failed} of {result.Load.Requests} requests failed";
        }
        if (result.ReleaseRate is not { } rate)
        {
            yield break;
        }
        (int Most, string What)[] moves =
        [
            (result.Moves.MostToldInASecond, "told to move"),
            (result.Moves.MostReconnectedInASecond, "came back"),
        ];
        foreach (var (most, what) in moves.Where(m => !rate.IsKeptBy(m.Most)))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"endpoints {result.EndpointLagSeconds} s late: {most} connections {what} in one second, with {rate.PerSecond} as the pool's rate"
            );
        }
    }
}
