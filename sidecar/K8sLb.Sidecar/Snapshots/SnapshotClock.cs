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
            Pool = snapshot.Pool with { Members = Shift(snapshot.Pool.Members, shift) },
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
            shifted[i] = members[i].WarmingSince is { } since
                ? members[i] with
                {
                    WarmingSince = since + shift,
                }
                : members[i];
        }
        return shifted;
    }
}
