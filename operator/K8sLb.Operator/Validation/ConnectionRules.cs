using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class ConnectionRules
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static void Check(
        BackendPoolConnections? connections,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        if (connections is null)
        {
            return;
        }
        Duration($"{path}.idleTimeout", connections.IdleTimeout, errors);
        Duration($"{path}.maxAge", connections.MaxAge, errors);
        Duration($"{path}.heartbeat", connections.Heartbeat, errors);
        errors.Range($"{path}.maxAgeJitterPercent", connections.MaxAgeJitterPercent, 0, 100);
        CheckUpstream(connections.Upstream, ports, $"{path}.upstream", errors);
    }

    private static void CheckUpstream(
        BackendPoolUpstream? upstream,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        if (upstream is null)
        {
            return;
        }
        if (ports?.Any(p => p.Mode == "Proxy") == false)
        {
            errors.Add(
                path,
                "given",
                "must be left out where no port has mode Proxy, because a relay opens a connection of HTTP/2 for each of its clients"
            );
        }
        errors.Range($"{path}.minConnections", upstream.MinConnections, 1, 100);
        errors.Range(
            $"{path}.maxConnections",
            upstream.MaxConnections,
            Math.Clamp(upstream.MinConnections, 1, 100),
            1000
        );
        errors.Range($"{path}.streamsPerConnection", upstream.StreamsPerConnection, 1, 10_000);
        Duration($"{path}.idleTimeout", upstream.IdleTimeout, errors);
        Duration($"{path}.heartbeat", upstream.Heartbeat, errors);
    }

    private static void Duration(string path, string? value, FieldErrors errors)
    {
        if (
            value is not null
            && errors.Duration(path, value) is { } duration
            && (duration < Shortest || duration > Longest)
        )
        {
            errors.Add(path, value, "must be from 1s to 720h");
        }
    }
}
