using K8sLb.Protocol;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Relay;

/// <summary>The relay's settings as the snapshot in force has them, made once for each snapshot.</summary>
internal sealed class RelayPolicy(SnapshotInForce snapshots)
{
    private Made made = new(null, new());

    public RelaySettings Settings
    {
        get
        {
            var last = Volatile.Read(ref made);
            var policy = snapshots.Current?.Pool.Policy;
            if (ReferenceEquals(last.From, policy))
            {
                return last.Settings;
            }
            var next = new Made(policy, policy is null ? new() : From(policy));
            Volatile.Write(ref made, next);
            return next.Settings;
        }
    }

    private static RelaySettings From(PoolPolicy policy) =>
        new()
        {
            GoAwayGraceMs = policy.Drain.GoAwayGraceMs,
            WebSocketCloseCode = (ushort)policy.Drain.WebSocketCloseCode,
            PendingMs = policy.CircuitBreaker?.PendingTimeoutMs ?? 0,
            HeartbeatMs = policy.Connections?.HeartbeatMs ?? 0,
        };

    private sealed record Made(PoolPolicy? From, RelaySettings Settings);
}
