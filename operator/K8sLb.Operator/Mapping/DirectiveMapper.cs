using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Hub;
using K8sLb.Protocol;

namespace K8sLb.Operator.Mapping;

/// <summary>A plan as the sidecars are to see it.</summary>
public static class DirectiveMapper
{
    /// <param name="peerKeys">The preferred first.</param>
    public static PoolState Pool(
        ObjectKey pool,
        PoolPlan plan,
        PoolPolicy policy,
        IReadOnlyDictionary<string, MemberState> members,
        IReadOnlyList<PeerKey> peerKeys
    )
    {
        // Only those that cannot prove a key need to know what others accept instead.
        var tellsCredentials = members.Values.Any(m => !m.Hello.ProvesKey);
        return new()
        {
            Namespace = pool.Namespace,
            Name = pool.Name,
            Members =
            [
                .. plan
                    .Members.Where(m => m.Record.Phase is not MemberPhase.Gone)
                    .Select(m => Member(m, members.GetValueOrDefault(m.Record.Uid), tellsCredentials)),
            ],
            Policy = policy,
            PeerKeys = peerKeys,
        };
    }

    /// <param name="pods">Of the members.</param>
    /// <param name="unaware">By UID of a draining member, its peers that do not know of its drain.</param>
    public static IReadOnlyDictionary<string, SelfDirective> Selves(
        PoolPlan plan,
        PoolPolicy policy,
        IEnumerable<PodFacts> pods,
        IReadOnlyDictionary<string, IReadOnlyList<string>> unaware
    )
    {
        var done = pods.Where(p => p.WorkDone).Select(p => p.Uid).ToHashSet(StringComparer.Ordinal);
        return plan.Members.ToDictionary(
            m => m.Record.Uid,
            m => new SelfDirective
            {
                Uid = m.Record.Uid,
                Drain = m.Record.Drain is { } drain ? Drain(drain, unaware[m.Record.Uid].Count == 0) : null,
                Rebalance = m.Move is { } move
                    ? new RebalanceDirective
                    {
                        HoldAtMost = move.HoldAtMost,
                        ReleasesPerSecond = move.ReleasesPerSecond,
                    }
                    : null,
                ReleasesPerSecond = ReleaseShares.Of(m, plan, policy.Drain.MaxReleasesPerSecond),
                WorkDone = done.Contains(m.Record.Uid) ? true : null,
            },
            StringComparer.Ordinal
        );
    }

    private static MemberDirective Member(MemberPlan member, MemberState? state, bool tellsCredentials) =>
        new()
        {
            Uid = member.Record.Uid,
            Name = member.Record.Name,
            PeerAddress = state?.Hello.PeerAddress ?? "",
            PeerPort = state?.Hello.PeerPort ?? 0,
            ProvesKey = state?.Hello.ProvesKey ?? false,
            PeerCredential = (tellsCredentials ? state?.Hello.PeerCredential : null) ?? "",
            Availability = member.Available ? MemberAvailability.Available : MemberAvailability.Unavailable,
            Weight = member.Weight,
            WarmingSince = member.Record.WarmingSince,
            Drain = member.Record.Drain is { } drain
                ? new()
                {
                    RampDownEndsAt = drain.RampDownEndsAt,
                    Deadline = drain.Deadline,
                    Weight = member.FullWeight,
                }
                : null,
        };

    private static DrainDirective Drain(DrainRecord drain, bool peersKnow) =>
        new()
        {
            Id = drain.Id,
            Reason = Enum.Parse<Protocol.DrainReason>(drain.Reason.ToString()),
            StartedAt = drain.StartedAt,
            RampDownEndsAt = drain.RampDownEndsAt,
            Deadline = drain.Deadline,
            PeersKnow = peersKnow,
        };
}
