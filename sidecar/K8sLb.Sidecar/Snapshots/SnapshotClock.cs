using K8sLb.Protocol;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>Puts a snapshot's times on this machine's clock, so that two clocks that disagree do not shift a drain.</summary>
public static class SnapshotClock
{
    /// <summary>The difference is <paramref name="receivedAt"/> less SentAt; SentAt becomes the time of receipt.</summary>
    public static MemberSnapshot ToLocal(MemberSnapshot snapshot, DateTimeOffset receivedAt)
    {
        var shift = receivedAt - snapshot.SentAt;
        return snapshot with
        {
            SentAt = receivedAt,
            Self = snapshot.Self with { Drain = snapshot.Self.Drain is { } drain ? Shift(drain, shift) : null },
            Pool = snapshot.Pool with
            {
                Members = Shift(snapshot.Pool.Members, shift),
                Policy = Shift(snapshot.Pool.Policy, shift),
                PeerKeys = snapshot.Pool.PeerKeys is { } keys
                    ? [.. keys.Select(k => k with { GoodUntil = k.GoodUntil + shift })]
                    : null,
            },
        };
    }

    private static DrainDirective Shift(DrainDirective drain, TimeSpan shift) =>
        drain with
        {
            StartedAt = drain.StartedAt + shift,
            RampDownEndsAt = drain.RampDownEndsAt + shift,
            Deadline = drain.Deadline + shift,
        };

    private static MemberDirective[] Shift(IReadOnlyList<MemberDirective> members, TimeSpan shift)
    {
        var shifted = new MemberDirective[members.Count];
        for (var i = 0; i < shifted.Length; i++)
        {
            shifted[i] = members[i] is { WarmingSince: null, Drain: null } member
                ? member
                : members[i] with
                {
                    WarmingSince = members[i].WarmingSince + shift,
                    Drain = members[i].Drain is { } drain ? Shift(drain, shift) : null,
                };
        }
        return shifted;
    }

    private static MemberDrainTimes Shift(MemberDrainTimes drain, TimeSpan shift) =>
        drain with
        {
            RampDownEndsAt = drain.RampDownEndsAt + shift,
            Deadline = drain.Deadline + shift,
        };

    private static PoolPolicy Shift(PoolPolicy policy, TimeSpan shift) =>
        policy.Sessions is not { Keys.Count: > 0 } sessions
            ? policy
            : policy with
            {
                Sessions = sessions with
                {
                    Keys = [.. sessions.Keys.Select(k => k with { NotBefore = k.NotBefore + shift })],
                },
            };
}
