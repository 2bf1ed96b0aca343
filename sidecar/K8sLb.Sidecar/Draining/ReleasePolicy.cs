using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Draining;

/// <summary>Which connection is to be told to move, and when: a pure function of what is known of it and of the drain.</summary>
public static class ReleasePolicy
{
    /// <summary>
    /// Gaps of its own rhythm after which an idle connection counts as quiet: closing it then is unlikely to meet a request or
    /// message that is already on the wire.
    /// </summary>
    private const int IdleGaps = 10;

    /// <summary>
    /// Quiet periods for which a connection must be idle whose rhythm is not known yet: a client that sends every few seconds is
    /// not to be taken for a quiet one because it has only just begun.
    /// </summary>
    private const int UnknownRhythm = 5;

    /// <summary>How long a moment without anything unanswered is waited for: quiet periods, or gaps of its own rhythm.</summary>
    private const int Patience = 10;

    /// <summary>Part of the whole drain, at its end, in which quieter moments are no longer waited for.</summary>
    private const int LastPart = 5;
    private static readonly TimeSpan LongestLastPart = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Of that last part, what must be left for a WebSocket to be let off with an answer, and then with a moment without anything
    /// unanswered: nobody repeats a message that crossed a Close.
    /// </summary>
    private const double EnoughForAnAnswer = 0.6;
    private const double EnoughForAMoment = 0.2;

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
        // HTTP/2 alone is asked on: it can carry WebSockets, which must be told as well.
        if (connection.State == ConnectionState.Closing && connection.Protocol != ClientProtocol.Http2)
        {
            return ReleaseStep.Leave;
        }
        // One that came in late would come back here while endpoints are stale; it is let be until these have moved.
        if (IsLate(connection, drain) && !connection.ArrivalsHaveCeased && !IsLast(drain, now))
        {
            return ReleaseStep.Leave;
        }
        return connection.Protocol switch
        {
            ClientProtocol.Http1 => connection.State == ConnectionState.Idle && IsQuiet(connection, quietPeriod)
                ? ReleaseStep.WhenSettled
                : ReleaseStep.AfterAnswer,
            // GOAWAY loses nothing, and streams need what is left of the time to end.
            ClientProtocol.Http2 => IsLast(drain, now) ? ReleaseStep.AtNextBoundary : Press(connection, quietPeriod),
            ClientProtocol.WebSocket => Left(drain, now) switch
            {
                <= EnoughForAMoment => ReleaseStep.AtNextBoundary,
                <= EnoughForAnAnswer => ReleaseStep.WhenSettled,
                _ => Press(connection, quietPeriod),
            },
            // Nothing polite can be said: only its own end, or the deadline.
            _ => ReleaseStep.Leave,
        };
    }

    /// <summary>For one that was asked to go although nothing drains: in time, at the next place where nothing is lost.</summary>
    public static ReleaseStep Pursue(ReleaseFacts connection, TimeSpan quietPeriod) =>
        connection.State == ConnectionState.Closing ? ReleaseStep.Leave : Press(connection, quietPeriod);

    /// <summary>
    /// When pacing must have let everything go: the last part of the drain is for what does not go when it is asked.
    /// </summary>
    public static DateTimeOffset PacedUntil(DrainState drain) => drain.Deadline - LastStretch(drain);

    /// <summary>
    /// Waits for the moment after an answer; but not where the messages have ceased, or never leave such a moment.
    /// </summary>
    private static ReleaseStep Press(ReleaseFacts connection, TimeSpan quietPeriod) =>
        connection.SinceFirstAsked > Usual(connection, quietPeriod * Patience, Patience) ? ReleaseStep.AtNextBoundary
        : IsQuiet(connection, quietPeriod) ? ReleaseStep.WhenSettled
        : ReleaseStep.AfterAnswer;

    /// <summary>HTTP/1.1 costs a client little to open anew, and need not wait for endpoints to move.</summary>
    private static bool IsLate(ReleaseFacts connection, DrainState drain) =>
        connection.OpenedAt > drain.StartedAt && connection.Protocol != ClientProtocol.Http1;

    private static bool IsQuiet(ReleaseFacts connection, TimeSpan quietPeriod) =>
        connection.SinceLastActivity
        >= (connection.MeanGap is null ? quietPeriod * UnknownRhythm : Usual(connection, quietPeriod, IdleGaps));

    private static TimeSpan Usual(ReleaseFacts connection, TimeSpan atLeast, int gaps) =>
        connection.MeanGap is { } gap && gap * gaps > atLeast ? gap * gaps : atLeast;

    private static bool IsLast(DrainState drain, DateTimeOffset now) => Left(drain, now) <= 1;

    /// <summary>Of the drain's last part: above 1 before it has begun, and without end where the drain is over.</summary>
    private static double Left(DrainState drain, DateTimeOffset now) =>
        drain.IsOver ? double.PositiveInfinity : (drain.Deadline - now) / LastStretch(drain);

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

    public static ReleaseFacts Of(TrackedConnection connection, TimeProvider clock, bool arrivalsHaveCeased) =>
        new()
        {
            Protocol = connection.Protocol,
            State = connection.State,
            SinceLastActivity = clock.GetElapsedTime(connection.LastActivity),
            MeanGap = connection.MeanGap is { } gap ? clock.GetElapsedTime(0, gap) : null,
            OpenedAt = clock.GetUtcNow() - clock.GetElapsedTime(connection.OpenedAt),
            ArrivalsHaveCeased = arrivalsHaveCeased,
            SinceFirstAsked =
                connection.ReleaseAskedAt == 0 ? TimeSpan.Zero : clock.GetElapsedTime(connection.ReleaseAskedAt),
        };
}

/// <summary>What to do with a connection now; the three in the middle are a <see cref="ReleaseUrgency"/>.</summary>
public enum ReleaseStep
{
    Leave,
    AfterAnswer,
    WhenSettled,
    AtNextBoundary,
    Cut,
}
