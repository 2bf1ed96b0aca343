using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class HealthCheckRules
{
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
        if (check.HttpGet is { } get)
        {
            HttpPath.Check(get.Path, $"{path}.httpGet.path", errors);
        }
        CheckTimes.Check(check.Interval, check.Timeout, path, errors);
        errors.Range($"{path}.unhealthyThreshold", check.UnhealthyThreshold, 1, 100);
        errors.Range($"{path}.healthyThreshold", check.HealthyThreshold, 1, 100);
        errors.OneOf($"{path}.onFailure", check.OnFailure, "Release", "Reset");
    }
}
