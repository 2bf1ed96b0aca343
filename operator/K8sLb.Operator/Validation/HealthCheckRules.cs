using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class HealthCheckRules
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(50);

    public static void Check(
        BackendPoolHealthCheck? check,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        if (check is null)
        {
            return;
        }
        (string Field, string? Port)[] kinds =
        [
            .. check.HttpGet is { } http ? [("httpGet", http.Port)] : Array.Empty<(string, string?)>(),
            .. check.TcpSocket is { } tcp ? [("tcpSocket", tcp.Port)] : Array.Empty<(string, string?)>(),
            .. check.Grpc is { } grpc ? [("grpc", grpc.Port)] : Array.Empty<(string, string?)>(),
        ];
        if (kinds.Length != 1)
        {
            errors.Add(
                path,
                string.Join(", ", kinds.Select(k => k.Field)),
                "must have exactly one of httpGet, tcpSocket and grpc"
            );
        }
        foreach (var (field, port) in kinds)
        {
            if (ports?.Any(p => p.Name == port) != true)
            {
                errors.Add($"{path}.{field}.port", port, "must be the name of one of spec.ports");
            }
        }
        if (check.HttpGet is { } get && !IsPath(get.Path))
        {
            errors.Add($"{path}.httpGet.path", get.Path, "must begin with / and have no spaces or control characters");
        }
        Durations(check, path, errors);
        errors.Range($"{path}.unhealthyThreshold", check.UnhealthyThreshold, 1, 100);
        errors.Range($"{path}.healthyThreshold", check.HealthyThreshold, 1, 100);
        errors.OneOf($"{path}.onFailure", check.OnFailure, "Release", "Reset");
    }

    private static bool IsPath(string path) => path.StartsWith('/') && path.All(c => c is > ' ' and < (char)127);

    private static void Durations(BackendPoolHealthCheck check, string path, FieldErrors errors)
    {
        var interval = errors.Duration($"{path}.interval", check.Interval);
        var timeout = errors.Duration($"{path}.timeout", check.Timeout);
        if (interval < Shortest || interval > Longest)
        {
            errors.Add($"{path}.interval", check.Interval, "must be from 1s to 5m");
        }
        if (timeout < ShortestTimeout || timeout > interval)
        {
            errors.Add($"{path}.timeout", check.Timeout, "must be at least 50ms, and no longer than interval");
        }
    }
}
