using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class ConnectionRules
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static void Check(BackendPoolConnections? connections, string path, FieldErrors errors)
    {
        if (connections is null)
        {
            return;
        }
        Duration($"{path}.idleTimeout", connections.IdleTimeout, errors);
        Duration($"{path}.maxAge", connections.MaxAge, errors);
        Duration($"{path}.heartbeat", connections.Heartbeat, errors);
        errors.Range($"{path}.maxAgeJitterPercent", connections.MaxAgeJitterPercent, 0, 100);
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
