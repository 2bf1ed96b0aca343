using K8sLb.Protocol;

namespace K8sLb.Sidecar.Draining;

/// <summary>Which connections go although nothing drains: a pure function of what is known of one and of the pool's limits.</summary>
public static class AgePolicy
{
    /// <summary>Quiet for that long, a connection that is too old is told without waiting for an answer to tell it with.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    /// <param name="draw">Of the connection's own, uniform from 0 to 1: by how much of the jitter its limit is shortened.</param>
    /// <returns>Null where it stays.</returns>
    public static AgeVerdict? Decide(AgeFacts connection, ConnectionPolicy limits, double draw)
    {
        var isTcp = connection.Protocol == ClientProtocol.Tcp;
        var isUnused = connection.SinceLastActivity >= TimeSpan.FromMilliseconds(limits.IdleTimeoutMs);
        // A slow answer is no idleness; a WebSocket and a TCP connection are in flight all the time.
        var mayBeIdle = connection.InFlight == 0 || isTcp || connection.Protocol == ClientProtocol.WebSocket;
        if (limits.IdleTimeoutMs > 0 && isUnused && mayBeIdle)
        {
            return new(EndReason.IdleTimeout, isTcp ? ReleaseStep.Cut : ReleaseStep.WhenSettled);
        }
        var longest = limits.MaxAgeMs * (1 - (limits.MaxAgeJitterPercent / 100.0 * draw));
        if (limits.MaxAgeMs > 0 && !isTcp && connection.Age.TotalMilliseconds >= longest)
        {
            return new(
                EndReason.MaxAge,
                connection.SinceLastActivity >= Settled ? ReleaseStep.WhenSettled : ReleaseStep.AfterAnswer
            );
        }
        return null;
    }
}

public readonly record struct AgeFacts(ClientProtocol Protocol, int InFlight, TimeSpan Age, TimeSpan SinceLastActivity);

public readonly record struct AgeVerdict(EndReason Reason, ReleaseStep Step);
