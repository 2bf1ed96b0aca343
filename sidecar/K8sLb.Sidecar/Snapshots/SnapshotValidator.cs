using System.Globalization;
using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>Says why a snapshot cannot be used, or null. Each error names the field, its value and what would be right.</summary>
public static class SnapshotValidator
{
    public static string? Check(MemberSnapshot snapshot, SidecarOptions options, SnapshotVersion? held)
    {
        var errors = new List<string>();
        if (snapshot.Pool.Members.Contains(null!) || snapshot.Pool.Policy.Ports.Contains(null!))
        {
            return "pool.members and pool.policy.ports must hold no null";
        }
        CheckIdentity(snapshot, options, held, errors);
        CheckPorts(snapshot.Pool.Policy.Ports, options, errors);
        CheckPolicy(snapshot.Pool.Policy, errors);
        CheckMembers(snapshot.Pool.Members, errors);
        PeerKeyRules.Check(snapshot.Pool.PeerKeys ?? [], errors);
        CheckDrain(snapshot.Self.Drain, errors);
        return errors.Count == 0 ? null : string.Join("; ", errors);
    }

    private static void CheckIdentity(
        MemberSnapshot snapshot,
        SidecarOptions options,
        SnapshotVersion? held,
        List<string> errors
    )
    {
        if (options.PodUid.Length > 0 && snapshot.Self.Uid != options.PodUid)
        {
            errors.Add($"self.uid is \"{snapshot.Self.Uid}\", this pod is \"{options.PodUid}\"");
        }
        var version = new SnapshotVersion(snapshot.Epoch, snapshot.Version);
        if (held is { } holds && version.CompareTo(holds) < 0)
        {
            errors.Add(
                $"epoch and version are {version.Epoch}/{version.Version}, lower than {holds.Epoch}/{holds.Version}, which is in force"
            );
        }
    }

    private static void CheckPorts(IReadOnlyList<PortPolicy> ports, SidecarOptions options, List<string> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<int>();
        for (var i = 0; i < ports.Count; i++)
        {
            var (field, port) = ($"pool.policy.ports[{i}]", ports[i]);
            if (
                port.Name.Length is 0 or > 63
                || port.Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            )
            {
                errors.Add($"{field}.name is \"{port.Name}\": 1 to 63 letters, digits, '-', '_' or '.' are allowed");
            }
            else if (!names.Add(port.Name))
            {
                errors.Add($"{field}.name \"{port.Name}\" is used twice: names must be unique");
            }
            CheckRange($"{field}.port", port.Port, 1, 65535, errors);
            CheckRange($"{field}.targetPort", port.TargetPort, 1, 65535, errors);
            if (port is { Protocol: PortProtocol.Tcp, Mode: PortMode.Proxy })
            {
                errors.Add($"{field}.mode is Proxy: a tcp port has no other than Relay");
            }
            if (!numbers.Add(port.Port))
            {
                errors.Add($"{field}.port {port.Port} is used twice: ports must be unique");
            }
            if (port.Port == options.AdminPort || port.Port == options.PeerPort)
            {
                errors.Add(
                    $"{field}.port is {port.Port}, which this sidecar uses itself (admin {options.AdminPort}, peers {options.PeerPort})"
                );
            }
        }
    }

    private static void CheckPolicy(PoolPolicy policy, List<string> errors)
    {
        // A day is far above any use, and keeps every sum of times in range.
        const long MaxMs = 24L * 60 * 60 * 1000;
        CheckRange("pool.policy.drain.deadlineMs", policy.Drain.DeadlineMs, 0, MaxMs, errors);
        CheckRange("pool.policy.drain.rampDownMs", policy.Drain.RampDownMs, 0, MaxMs, errors);
        CheckRange("pool.policy.drain.quietPeriodMs", policy.Drain.QuietPeriodMs, 0, MaxMs, errors);
        CheckRange("pool.policy.drain.maxReleasesPerSecond", policy.Drain.MaxReleasesPerSecond, 1, 1_000_000, errors);
        CheckRange("pool.policy.drain.goAwayGraceMs", policy.Drain.GoAwayGraceMs, 0, MaxMs, errors);
        CheckRange("pool.policy.drain.webSocketCloseCode", policy.Drain.WebSocketCloseCode, 1000, 4999, errors);
        CheckConnections(policy.Connections ?? new(), errors);
        SessionPolicyRules.Check(policy.Sessions, errors);
        CheckCircuitBreaker(policy.CircuitBreaker ?? new(), errors);
        CheckRange("pool.policy.slowStart.durationMs", policy.SlowStart.DurationMs, 0, MaxMs, errors);
        CheckRange("pool.policy.slowStart.minimumPercent", policy.SlowStart.MinimumPercent, 0, 100, errors);
        if (!(policy.SlowStart.Aggression > 0) || double.IsInfinity(policy.SlowStart.Aggression))
        {
            var value = policy.SlowStart.Aggression.ToString(CultureInfo.InvariantCulture);
            errors.Add($"pool.policy.slowStart.aggression is {value}: it must be above 0, 1 is linear");
        }
    }

    private static void CheckConnections(ConnectionPolicy policy, List<string> errors)
    {
        const long MaxMs = 30L * 24 * 60 * 60 * 1000;
        CheckRange("pool.policy.connections.idleTimeoutMs", policy.IdleTimeoutMs, 0, MaxMs, errors);
        CheckRange("pool.policy.connections.maxAgeMs", policy.MaxAgeMs, 0, MaxMs, errors);
        CheckRange("pool.policy.connections.maxAgeJitterPercent", policy.MaxAgeJitterPercent, 0, 100, errors);
        CheckRange("pool.policy.connections.heartbeatMs", policy.HeartbeatMs, 0, MaxMs, errors);
        if (policy.Upstream is { } upstream)
        {
            const string Field = "pool.policy.connections.upstream";
            CheckRange($"{Field}.minConnections", upstream.MinConnections, 1, 1_000, errors);
            CheckRange($"{Field}.maxConnections", upstream.MaxConnections, upstream.MinConnections, 1_000, errors);
            CheckRange($"{Field}.streamsPerConnection", upstream.StreamsPerConnection, 1, 10_000, errors);
            CheckRange($"{Field}.idleTimeoutMs", upstream.IdleTimeoutMs, 1, MaxMs, errors);
            // .NET's handler knows none that is shorter than a second.
            if (upstream.HeartbeatMs != 0)
            {
                CheckRange($"{Field}.heartbeatMs", upstream.HeartbeatMs, 1_000, MaxMs, errors);
            }
        }
    }

    private static void CheckCircuitBreaker(CircuitBreakerPolicy policy, List<string> errors)
    {
        const string Field = "pool.policy.circuitBreaker";
        const long MaxMs = 24L * 60 * 60 * 1000;
        CheckRange($"{Field}.maxConnections", policy.MaxConnections, 0, int.MaxValue, errors);
        CheckRange($"{Field}.maxInFlight", policy.MaxInFlight, 0, int.MaxValue, errors);
        CheckRange($"{Field}.maxPending", policy.MaxPending, 0, int.MaxValue, errors);
        CheckRange($"{Field}.pendingTimeoutMs", policy.PendingTimeoutMs, 0, MaxMs, errors);
        CheckRange($"{Field}.consecutiveFailures", policy.ConsecutiveFailures, 0, int.MaxValue, errors);
        CheckRange($"{Field}.openForMs", policy.OpenForMs, 0, MaxMs, errors);
        CheckRange($"{Field}.maxOpenForMs", policy.MaxOpenForMs, policy.OpenForMs, MaxMs, errors);
        if (policy.Adaptive is { } adaptive)
        {
            CheckRange($"{Field}.adaptive.minInFlight", adaptive.MinInFlight, 1, policy.MaxInFlight, errors);
            if (adaptive is not { Tolerance: >= 1 and <= 100, Smoothing: > 0 and <= 1, QueueAllowance: >= 0 })
            {
                errors.Add(
                    $"{Field}.adaptive must have a tolerance from 1 to 100, a smoothing above 0 and up to 1, and a queueAllowance of at least 0"
                );
            }
        }
    }

    private static void CheckMembers(IReadOnlyList<MemberDirective> members, List<string> errors)
    {
        var uids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < members.Count; i++)
        {
            var (field, member) = ($"pool.members[{i}]", members[i]);
            if (member.Uid.Length == 0 || !uids.Add(member.Uid))
            {
                errors.Add($"{field}.uid is \"{member.Uid}\": it must be unique and not empty");
            }
            CheckRange($"{field}.weight", member.Weight, 0, 1_000_000, errors);
            if (member.PeerAddress.Length == 0)
            {
                continue;
            }
            if (!IPAddress.TryParse(member.PeerAddress, out _))
            {
                errors.Add($"{field}.peerAddress is \"{member.PeerAddress}\": it must be an IP address or empty");
            }
            CheckRange($"{field}.peerPort", member.PeerPort, 1, 65535, errors);
            if (member.ProvesKey && member.PeerCredential.Length == 0)
            {
                continue;
            }
            if (member.PeerCredential.Length is 0 or > 128 || member.PeerCredential.Any(c => c is <= ' ' or > '~'))
            {
                // The value is a secret.
                errors.Add($"{field}.peerCredential must be 1 to 128 printable ASCII characters without a space");
            }
        }
    }

    private static void CheckDrain(DrainDirective? drain, List<string> errors)
    {
        if (drain is null)
        {
            return;
        }
        if (drain.Id.Length == 0)
        {
            errors.Add("self.drain.id is empty: it must name the drain");
        }
        if (drain.RampDownEndsAt < drain.StartedAt)
        {
            errors.Add($"self.drain.rampDownEndsAt is {drain.RampDownEndsAt:O}, before startedAt {drain.StartedAt:O}");
        }
        if (drain.Deadline < drain.StartedAt)
        {
            errors.Add($"self.drain.deadline is {drain.Deadline:O}, before startedAt {drain.StartedAt:O}");
        }
    }

    private static void CheckRange(string field, long value, long low, long high, List<string> errors)
    {
        if (value < low || value > high)
        {
            errors.Add($"{field} is {value}: it must be from {low} to {high}");
        }
    }
}
