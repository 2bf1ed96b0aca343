using System.Net;

namespace K8sLb.Operator.Hub;

/// <summary>
/// How many sidecars may attach in a second, all of them and those of one address. When an operator takes over, or the API server is
/// back, all dial at once; each costs a question at the API server, which has other things to do then.
/// </summary>
internal sealed class AttachPace(HubOptions options, TimeProvider time)
{
    /// <summary>What one address may take of the whole: a sidecar has one, and where addresses are masked a node's pods share one.</summary>
    private const int SourceShare = 5;

    /// <summary>Addresses that are remembered; those that have been quiet for long enough are the first to be forgotten.</summary>
    private const int MostSources = 4_096;

    private readonly Lock gate = new();
    private readonly TokenBucket all = new(options.AttachesPerSecond);
    private readonly Dictionary<IPAddress, TokenBucket> sources = [];

    /// <returns>When the sidecar's turn is; null where that is now.</returns>
    public TimeSpan? Wait(IPAddress? source)
    {
        var now = time.GetElapsedTime(0);
        lock (gate)
        {
            // Its own first, so that whoever floods takes nothing from the others.
            return Of(source ?? IPAddress.None, now).Wait(now) ?? all.Wait(now);
        }
    }

    private TokenBucket Of(IPAddress source, TimeSpan now)
    {
        if (sources.TryGetValue(source, out var known))
        {
            return known;
        }
        if (sources.Count >= MostSources)
        {
            foreach (var (quiet, _) in sources.Where(s => s.Value.IsFull(now)).ToArray())
            {
                sources.Remove(quiet);
            }
        }
        var own = new TokenBucket(Math.Max(1, options.AttachesPerSecond / SourceShare));
        if (sources.Count < MostSources)
        {
            sources[source] = own;
        }
        return own;
    }
}
