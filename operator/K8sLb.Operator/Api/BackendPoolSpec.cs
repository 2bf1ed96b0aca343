using System.ComponentModel.DataAnnotations;

namespace K8sLb.Operator.Api;

public sealed record BackendPoolSpec
{
    [Required]
    public PodSelector? Selector { get; set; }

    [Required]
    public IList<BackendPoolPort>? Ports { get; set; }
    public BackendPoolDrain Drain { get; set; } = new();
    public BackendPoolConnections? Connections { get; set; }
    public BackendPoolLoadBalancing? LoadBalancing { get; set; }
    public BackendPoolScaleIn? ScaleIn { get; set; }
    public BackendPoolHealthCheck? HealthCheck { get; set; }
    public BackendPoolOutlierDetection? OutlierDetection { get; set; }
    public BackendPoolAgentCheck? AgentCheck { get; set; }
    public BackendPoolRetry? Retry { get; set; }
    public BackendPoolSessionPersistence? SessionPersistence { get; set; }
    public BackendPoolCircuitBreaker? CircuitBreaker { get; set; }
    public bool Paused { get; set; }
}

public sealed record BackendPoolPort
{
    [Required]
    public string? Name { get; set; }

    [Required]
    public int? Port { get; set; }

    [Required]
    public int? TargetPort { get; set; }

    [AllowedValues("HTTP", "TCP")]
    public string Protocol { get; set; } = "HTTP";

    [AllowedValues("Relay", "Proxy")]
    public string Mode { get; set; } = "Relay";
}

public sealed record BackendPoolDrain
{
    public string Deadline { get; set; } = "60s";
    public string RampDown { get; set; } = "5s";
    public string QuietPeriod { get; set; } = "1s";
    public IntOrString MinAvailable { get; set; } = new("50%");

    [AllowedValues("Reroute", "Serve", "Reject")]
    public string LateArrivals { get; set; } = "Reroute";
    public int MaxReleasesPerSecond { get; set; } = 200;
    public BackendPoolHttp2Drain Http2 { get; set; } = new();
    public BackendPoolWebSocketDrain WebSocket { get; set; } = new();

    [AllowedValues("Close", "Reset")]
    public string OnDeadline { get; set; } = "Close";
}

public sealed record BackendPoolHttp2Drain
{
    public string GoawayGrace { get; set; } = "5s";
}

public sealed record BackendPoolWebSocketDrain
{
    public int CloseCode { get; set; } = 1001;
}

public sealed record BackendPoolConnections
{
    public string? IdleTimeout { get; set; }
    public string? MaxAge { get; set; }
    public int MaxAgeJitterPercent { get; set; } = 10;
    public string? Heartbeat { get; set; }
    public BackendPoolUpstream? Upstream { get; set; }
}

public sealed record BackendPoolUpstream
{
    public int MinConnections { get; set; } = 1;
    public int MaxConnections { get; set; } = 16;
    public int StreamsPerConnection { get; set; } = 100;
    public string IdleTimeout { get; set; } = "1m";
    public string? Heartbeat { get; set; }
}

public sealed record BackendPoolLoadBalancing
{
    [AllowedValues("WeightedRoundRobin", "LeastRequest", "PeakEwma", "ConsistentHash")]
    public string Policy { get; set; } = "WeightedRoundRobin";

    [AllowedValues("None", "Reported", "Agent")]
    public string? LoadSource { get; set; }
    public BackendPoolSlowStart? SlowStart { get; set; }
    public BackendPoolRebalance? Rebalance { get; set; }
}

public sealed record BackendPoolRebalance
{
    public int MaxImbalancePercent { get; set; } = 15;
    public int MaxReleasesPerSecond { get; set; } = 20;
}

public sealed record BackendPoolScaleIn
{
    [AllowedValues("None", "Connections")]
    public string DeletionCost { get; set; } = "Connections";
}

public sealed record BackendPoolHealthCheck
{
    public BackendPoolHttpCheck? HttpGet { get; set; }
    public BackendPoolTcpCheck? TcpSocket { get; set; }
    public BackendPoolGrpcCheck? Grpc { get; set; }
    public string Interval { get; set; } = "5s";
    public string Timeout { get; set; } = "1s";
    public int UnhealthyThreshold { get; set; } = 3;
    public int HealthyThreshold { get; set; } = 2;

    [AllowedValues("Release", "Reset")]
    public string OnFailure { get; set; } = "Release";
}

public sealed record BackendPoolHttpCheck
{
    public string Path { get; set; } = "/";

    [Required]
    public string? Port { get; set; }
}

public sealed record BackendPoolTcpCheck
{
    [Required]
    public string? Port { get; set; }
}

public sealed record BackendPoolGrpcCheck
{
    [Required]
    public string? Port { get; set; }
    public string? Service { get; set; }
}

public sealed record BackendPoolOutlierDetection
{
    public int ConsecutiveErrors { get; set; } = 5;
    public int ErrorPercent { get; set; } = 50;
    public int MinRequests { get; set; } = 20;
    public string? LatencyFactor { get; set; }
    public string Interval { get; set; } = "10s";
    public string BaseEjectionTime { get; set; } = "30s";
    public int MaxEjectionPercent { get; set; } = 10;
    public int PanicPercent { get; set; } = 50;
}

public sealed record BackendPoolAgentCheck
{
    [Required]
    public int? Port { get; set; }
    public BackendPoolAgentGet? HttpGet { get; set; }
    public string? Send { get; set; }
    public string Interval { get; set; } = "2s";
    public string Timeout { get; set; } = "1s";
}

public sealed record BackendPoolAgentGet
{
    public string Path { get; set; } = "/";
}

public sealed record BackendPoolRetry
{
    public int Attempts { get; set; } = 2;
    public BackendPoolBackoff Backoff { get; set; } = new();
    public string? PerTryTimeout { get; set; }
    public BackendPoolRetryBudget Budget { get; set; } = new();
}

public sealed record BackendPoolBackoff
{
    public string Base { get; set; } = "25ms";
    public string Max { get; set; } = "250ms";
}

public sealed record BackendPoolRetryBudget
{
    public int Percent { get; set; } = 20;
    public int MinPerSecond { get; set; } = 10;
}

public sealed record BackendPoolSessionPersistence
{
    [AllowedValues("Cookie", "Header", "SourceAddress")]
    public string Type { get; set; } = "Cookie";
    public string SessionName { get; set; } = "k8slb-session";
    public string AbsoluteTimeout { get; set; } = "1h";

    [AllowedValues("Successor")]
    public string Handover { get; set; } = "Successor";
}

public sealed record BackendPoolCircuitBreaker
{
    public int? MaxConnections { get; set; }
    public int? MaxInFlight { get; set; }
    public int MaxPending { get; set; }
    public string PendingTimeout { get; set; } = "1s";
    public int? ConsecutiveFailures { get; set; }
    public string OpenFor { get; set; } = "5s";
    public string MaxOpenFor { get; set; } = "1m";
    public BackendPoolAdaptiveLimit? Adaptive { get; set; }
}

public sealed record BackendPoolAdaptiveLimit
{
    public int MinInFlight { get; set; } = 5;
    public string Tolerance { get; set; } = "1.5";
    public string Smoothing { get; set; } = "0.2";
    public int? QueueAllowance { get; set; }
}

public sealed record BackendPoolSlowStart
{
    [Required]
    public string? Duration { get; set; }
    public int MinimumPercent { get; set; } = 10;
    public string Aggression { get; set; } = "1.0";
}
