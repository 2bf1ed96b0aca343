using System.Globalization;
using K8sLb.Core;
using K8sLb.Operator.Api;
using K8sLb.Operator.Validation;
using K8sLb.Protocol;

namespace K8sLb.Operator.Mapping;

/// <summary>A valid spec in the terms of those who use it: the planner and the sidecars.</summary>
public sealed record AcceptedSpec(
    PodMatcher Selector,
    PoolSpec Decisions,
    PoolPolicy Policy,
    LoadSource LoadSource,
    bool WritesDeletionCosts
)
{
    /// <param name="spec">One that <see cref="BackendPoolValidator"/> finds nothing wrong with.</param>
    public static AcceptedSpec From(BackendPoolSpec spec)
    {
        var (deadline, rampDown) = (Duration(spec.Drain.Deadline), Duration(spec.Drain.RampDown));
        var slowStart = spec.LoadBalancing?.SlowStart;
        var slowStartDuration = slowStart is null ? TimeSpan.Zero : Duration(slowStart.Duration!);
        return new AcceptedSpec(
            new PodMatcher(spec.Selector!),
            new PoolSpec
            {
                Drain = new DrainSpec
                {
                    Deadline = deadline,
                    RampDown = rampDown,
                    MinAvailable = Quantity(spec.Drain.MinAvailable),
                },
                SlowStart = new SlowStartSpec { Duration = slowStartDuration },
                Outliers = spec.OutlierDetection is { } outliers ? Outliers(outliers) : null,
                Rebalance = spec.LoadBalancing?.Rebalance is { } even
                    ? new RebalanceSpec
                    {
                        MaxImbalancePercent = even.MaxImbalancePercent,
                        MaxReleasesPerSecond = even.MaxReleasesPerSecond,
                    }
                    : null,
                Paused = spec.Paused,
            },
            new PoolPolicy
            {
                Ports = [.. spec.Ports!.Select(Port)],
                Drain = new DrainPolicy
                {
                    DeadlineMs = (long)deadline.TotalMilliseconds,
                    RampDownMs = (long)rampDown.TotalMilliseconds,
                    QuietPeriodMs = Milliseconds(spec.Drain.QuietPeriod),
                    LateArrivals = Enum.Parse<LateArrivals>(spec.Drain.LateArrivals),
                    MaxReleasesPerSecond = spec.Drain.MaxReleasesPerSecond,
                    GoAwayGraceMs = Milliseconds(spec.Drain.Http2.GoawayGrace),
                    WebSocketCloseCode = spec.Drain.WebSocket.CloseCode,
                    OnDeadline = Enum.Parse<DeadlineAction>(spec.Drain.OnDeadline),
                },
                Balancing = spec.LoadBalancing is { } loadBalancing
                    ? Enum.Parse<BalancingKind>(loadBalancing.Policy)
                    : BalancingKind.WeightedRoundRobin,
                Rebalance = spec.LoadBalancing?.Rebalance is { } rebalance
                    ? new RebalancePolicy
                    {
                        MaxImbalancePercent = rebalance.MaxImbalancePercent,
                        MaxReleasesPerSecond = rebalance.MaxReleasesPerSecond,
                    }
                    : null,
                Connections = spec.Connections is { } connections
                    ? new ConnectionPolicy
                    {
                        IdleTimeoutMs = Milliseconds(connections.IdleTimeout),
                        MaxAgeMs = Milliseconds(connections.MaxAge),
                        MaxAgeJitterPercent = connections.MaxAgeJitterPercent,
                        HeartbeatMs = Milliseconds(connections.Heartbeat),
                        Upstream = connections.Upstream is { } upstream ? Upstream(upstream) : null,
                    }
                    : null,
                Agent = spec.AgentCheck is { } agent
                    ? new AgentPolicy
                    {
                        Port = agent.Port!.Value,
                        HttpPath = agent.HttpGet?.Path,
                        Send = agent.Send ?? "",
                        IntervalMs = Milliseconds(agent.Interval),
                        TimeoutMs = Milliseconds(agent.Timeout),
                    }
                    : null,
                Retry = spec.Retry is { } retry
                    ? new RetryPolicy
                    {
                        Attempts = retry.Attempts,
                        BackoffBaseMs = Milliseconds(retry.Backoff.Base),
                        BackoffMaxMs = Milliseconds(retry.Backoff.Max),
                        PerTryTimeoutMs = Milliseconds(retry.PerTryTimeout),
                        BudgetPercent = retry.Budget.Percent,
                        BudgetMinPerSecond = retry.Budget.MinPerSecond,
                    }
                    : null,
                Sessions = spec.SessionPersistence is { } sessions
                    ? new SessionPolicy
                    {
                        Kind = Enum.Parse<SessionKind>(sessions.Type),
                        Name = sessions.SessionName,
                        TimeoutMs = Milliseconds(sessions.AbsoluteTimeout),
                    }
                    : null,
                CircuitBreaker = spec.CircuitBreaker is { } breaker ? CircuitBreaker(breaker) : null,
                HealthCheck = spec.HealthCheck is { } check ? HealthCheck(check, spec.Ports!) : null,
                SlowStart = new SlowStartPolicy
                {
                    DurationMs = (long)slowStartDuration.TotalMilliseconds,
                    MinimumPercent = slowStart?.MinimumPercent ?? 100,
                    Aggression = slowStart is null
                        ? 1
                        : double.Parse(slowStart.Aggression, CultureInfo.InvariantCulture),
                },
            },
            Source(spec),
            spec.ScaleIn is { DeletionCost: "Connections" }
        );
    }

    private static LoadSource Source(BackendPoolSpec spec) =>
        spec.LoadBalancing?.LoadSource is { } source ? Enum.Parse<LoadSource>(source)
        : spec.AgentCheck is null ? LoadSource.None
        : LoadSource.Agent;

    private static PortPolicy Port(BackendPoolPort port) =>
        new()
        {
            Name = port.Name!,
            Port = port.Port!.Value,
            TargetPort = port.TargetPort!.Value,
            Protocol = port.Protocol == "TCP" ? PortProtocol.Tcp : PortProtocol.Http,
            Mode = Enum.Parse<PortMode>(port.Mode),
        };

    private static UpstreamPolicy Upstream(BackendPoolUpstream upstream) =>
        new()
        {
            MinConnections = upstream.MinConnections,
            MaxConnections = upstream.MaxConnections,
            StreamsPerConnection = upstream.StreamsPerConnection,
            IdleTimeoutMs = Milliseconds(upstream.IdleTimeout),
            HeartbeatMs = Milliseconds(upstream.Heartbeat),
        };

    private static CircuitBreakerPolicy CircuitBreaker(BackendPoolCircuitBreaker breaker) =>
        new()
        {
            MaxConnections = breaker.MaxConnections ?? 0,
            MaxInFlight = breaker.MaxInFlight ?? 0,
            MaxPending = breaker.MaxPending,
            PendingTimeoutMs = Milliseconds(breaker.PendingTimeout),
            ConsecutiveFailures = breaker.ConsecutiveFailures ?? 0,
            OpenForMs = Milliseconds(breaker.OpenFor),
            MaxOpenForMs = Milliseconds(breaker.MaxOpenFor),
            Adaptive = breaker.Adaptive is { } adaptive
                ? new AdaptiveLimitPolicy
                {
                    MinInFlight = adaptive.MinInFlight,
                    Tolerance = double.Parse(adaptive.Tolerance, CultureInfo.InvariantCulture),
                    Smoothing = double.Parse(adaptive.Smoothing, CultureInfo.InvariantCulture),
                    QueueAllowance = adaptive.QueueAllowance ?? 0,
                }
                : null,
        };

    private static OutlierSpec Outliers(BackendPoolOutlierDetection outliers) =>
        new()
        {
            ConsecutiveErrors = outliers.ConsecutiveErrors,
            ErrorPercent = outliers.ErrorPercent,
            MinRequests = outliers.MinRequests,
            LatencyFactor = outliers.LatencyFactor is { } factor
                ? double.Parse(factor, CultureInfo.InvariantCulture)
                : 0,
            Interval = Duration(outliers.Interval),
            BaseEjectionTime = Duration(outliers.BaseEjectionTime),
            MaxEjectionPercent = outliers.MaxEjectionPercent,
            PanicPercent = outliers.PanicPercent,
        };

    private static HealthCheckPolicy HealthCheck(BackendPoolHealthCheck check, IList<BackendPoolPort> ports)
    {
        var (kind, port) =
            check.HttpGet is { } http ? (HealthCheckKind.Http, http.Port)
            : check.Grpc is { } grpc ? (HealthCheckKind.Grpc, grpc.Port)
            : (HealthCheckKind.Tcp, check.TcpSocket!.Port);
        return new()
        {
            Kind = kind,
            TargetPort = ports.First(p => p.Name == port).TargetPort!.Value,
            Path = check.HttpGet?.Path ?? "/",
            Service = check.Grpc?.Service ?? "",
            IntervalMs = Milliseconds(check.Interval),
            TimeoutMs = Milliseconds(check.Timeout),
            UnhealthyThreshold = check.UnhealthyThreshold,
            HealthyThreshold = check.HealthyThreshold,
            OnFailure = Enum.Parse<FailureAction>(check.OnFailure),
        };
    }

    private static Quantity Quantity(IntOrString value) =>
        value.Text is { } percentage
            ? new Quantity(int.Parse(percentage.AsSpan(..^1), CultureInfo.InvariantCulture), IsPercent: true)
            : new Quantity(value.Number ?? 0, IsPercent: false);

    /// <summary>0 where there is none.</summary>
    private static long Milliseconds(string? text) => text is null ? 0 : (long)Duration(text).TotalMilliseconds;

    private static TimeSpan Duration(string text) =>
        GoDuration.TryParse(text, out var duration)
            ? duration
            : throw new ArgumentException($"not a duration: {text}", nameof(text));
}

/// <summary>What changes a member's weight while it works.</summary>
public enum LoadSource
{
    None,

    /// <summary>What the members say of their requests.</summary>
    Reported,

    /// <summary>What the applications ask for.</summary>
    Agent,
}
