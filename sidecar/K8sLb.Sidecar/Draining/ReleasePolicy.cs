using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Draining;

/// <summary>Which connection is to be told to move, and when: a pure function of what is known of it and of the drain.</summary>
public static class ReleasePolicy
{
    /// <summary>
    /// Gaps of a connection's own rhythm after which it counts as quiet: closing it then is unlikely to meet a request that
    /// is already on the wire.
    /// </summary>
    private const int QuietGaps = 10;

    /// <summary>Part of the whole drain, at its end, in which quieter moments are no longer waited for.</summary>
    private const int LastPart = 5;
    private static readonly TimeSpan LongestLastPart = TimeSpan.FromSeconds(5);

    public static ReleaseStep Decide(
        ReleaseFacts connection,
        DrainState drain,
        TimeSpan quietPeriod,
        DateTimeOffset now
    )
    {
        if (!drain.IsReleasing)
        {
            return ReleaseStep.Leave;
        }
        if (drain.Progress == DrainProgress.Forced && connection.OpenedAt <= drain.Deadline)
        {
            return ReleaseStep.Cut;
        }
        var isLate = connection.OpenedAt > drain.StartedAt;
        var isLast = !drain.IsOver && now >= drain.Deadline - LastStretch(drain);
        return connection.Protocol switch
        {
            ClientProtocol.Http1 => connection.State == ConnectionState.Idle && IsQuiet(connection, quietPeriod)
                ? ReleaseStep.Release
                : ReleaseStep.Leave,
            // A busy one gets the first of two GOAWAYs, which costs nothing; an idle one has but the last.
            ClientProtocol.Http2 => connection.State == ConnectionState.Active
            || (connection.State == ConnectionState.Idle && IsQuiet(connection, quietPeriod))
                ? ReleaseStep.Release
                : ReleaseStep.Leave,
            // One that came in late would come back here while endpoints are stale; it is let be until these have moved.
            ClientProtocol.WebSocket => isLast ? ReleaseStep.Insist
            : isLate && !connection.ArrivalsHaveCeased ? ReleaseStep.Leave
            : connection.SinceFirstAsked > quietPeriod * 2 ? ReleaseStep.Insist
            : ReleaseStep.Release,
            // Nothing polite can be said: only its own end, or the deadline.
            _ => ReleaseStep.Leave,
        };
    }

    public static bool IsQuiet(ReleaseFacts connection, TimeSpan quietPeriod)
    {
        var usual = connection.MeanGap is { } gap ? gap * QuietGaps : TimeSpan.Zero;
        return connection.SinceLastActivity >= (usual > quietPeriod ? usual : quietPeriod);
    }

    private static TimeSpan LastStretch(DrainState drain)
    {
        var part = (drain.Deadline - drain.StartedAt) / LastPart;
        return part < LongestLastPart ? part : LongestLastPart;
    }
}

public readonly record struct ReleaseFacts
{
    public required ClientProtocol Protocol { get; init; }
    public required ConnectionState State { get; init; }
    public required TimeSpan SinceLastActivity { get; init; }

    /// <summary>Null until it is known.</summary>
    public required TimeSpan? MeanGap { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Of the member: endpoints have moved.</summary>
    public required bool ArrivalsHaveCeased { get; init; }

    /// <summary>Since its release was first asked for; zero where it was not.</summary>
    public required TimeSpan SinceFirstAsked { get; init; }
}

public enum ReleaseStep
{
    Leave,

    /// <summary>At a moment that costs the client nothing.</summary>
    Release,

    /// <summary>At the next place where the protocol allows it.</summary>
    Insist,
    Cut,
}
