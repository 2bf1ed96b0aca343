using System.Collections.Frozen;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>What the operator last said of the members' loads; forgotten when it grows old. Swapped by reference.</summary>
public sealed class PeerLoads(TimeProvider clock)
{
    /// <summary>The operator sends them every few seconds: one that is silent for so long is away, or has nobody's figures.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private Held? held;

    /// <summary>By UID; empty where nothing is known.</summary>
    public IReadOnlyDictionary<string, MemberLoad> Current =>
        Volatile.Read(ref held) is { } last && clock.GetElapsedTime(last.At) < Longest
            ? last.Members
            : FrozenDictionary<string, MemberLoad>.Empty;

    /// <summary>Figures that cannot be are left out: they are as good as unknown.</summary>
    public void Put(PoolLoads loads) =>
        Volatile.Write(
            ref held,
            new(
                clock.GetTimestamp(),
                loads
                    .Members.Where(m =>
                        m
                            is {
                                ArrivalsPerSecond: null or (>= 0 and < double.PositiveInfinity),
                                WeightFactor: null or (> 0 and < double.PositiveInfinity)
                            }
                    )
                    .DistinctBy(m => m.Uid)
                    .ToFrozenDictionary(m => m.Uid, StringComparer.Ordinal)
            )
        );

    private sealed record Held(long At, FrozenDictionary<string, MemberLoad> Members);
}
