using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>Picks by a plan and what is given with a piece of work; neither locks nor allocates.</summary>
public static class MemberPicker
{
    /// <returns>The peer for a piece of new work, or null where it is served here.</returns>
    public static Peer? Pick(RoutingPlan plan, in PickInputs inputs)
    {
        var choices = plan.Choices;
        if (choices.Length == 0)
        {
            return null;
        }
        var turn = plan.At(inputs.Turn);
        var picked = plan.Kind switch
        {
            BalancingKind.LeastRequest or BalancingKind.PeakEwma => LoadComparison.Pick(
                choices,
                turn,
                inputs.Draw,
                plan.Kind
            ),
            BalancingKind.ConsistentHash => RendezvousHash.Pick(choices, inputs.Key),
            _ => turn,
        };
        return choices[picked].Peer is { } peer ? Reachable(choices, picked, peer) : null;
    }

    /// <summary>The one picked, or the next peer that is not passed over now; null where all of them are.</summary>
    private static Peer? Reachable(ReadOnlySpan<Choice> choices, int picked, Peer peer)
    {
        for (var i = 1; peer.IsAvoided; i++)
        {
            if (i == choices.Length)
            {
                return null;
            }
            peer = choices[(picked + i) % choices.Length].Peer ?? peer;
        }
        return peer;
    }
}

/// <param name="Turn">From 0 to below 1, evenly spread over the picks.</param>
/// <param name="Draw">From 0 to below 1, at random.</param>
/// <param name="Key">Of the client, for consistent hashing.</param>
public readonly record struct PickInputs(double Turn, double Draw, ulong Key = 0);
