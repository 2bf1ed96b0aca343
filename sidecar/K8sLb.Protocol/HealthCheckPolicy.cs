namespace K8sLb.Protocol;

/// <summary>How a sidecar finds out whether its application works.</summary>
public sealed record HealthCheckPolicy
{
    public required HealthCheckKind Kind { get; init; }

    /// <summary>Of the application.</summary>
    public required int TargetPort { get; init; }

    /// <summary>Of the request, where it is HTTP.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Asked after, where it is gRPC; empty for the server as a whole.</summary>
    public string Service { get; init; } = "";
    public required long IntervalMs { get; init; }
    public required long TimeoutMs { get; init; }

    /// <summary>Checks in a row after which a healthy application counts as failing.</summary>
    public required int UnhealthyThreshold { get; init; }

    /// <summary>Checks in a row after which a failing application counts as healthy.</summary>
    public required int HealthyThreshold { get; init; }
    public FailureAction OnFailure { get; init; }
}

public enum HealthCheckKind
{
    /// <summary>GET; 200 to 399 is success.</summary>
    Http,

    /// <summary>The port accepts a connection.</summary>
    Tcp,

    /// <summary>grpc.health.v1.Health/Check answers SERVING.</summary>
    Grpc,
}

/// <summary>What becomes of the connections of a member that fails.</summary>
public enum FailureAction
{
    /// <summary>They are released at the pool's pace, as in any drain.</summary>
    Release,

    /// <summary>They are reset when the drain's ramp-down is over.</summary>
    Reset,
}
