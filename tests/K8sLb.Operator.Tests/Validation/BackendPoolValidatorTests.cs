using K8sLb.Operator.Api;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Tests.Validation;

public sealed class BackendPoolValidatorTests
{
    [Fact]
    public void A_pool_with_a_selector_and_a_port_is_valid() =>
        BackendPoolValidator.Validate(Sample.Spec()).ShouldBeEmpty();

    [Fact]
    public void Everything_that_is_missing_is_named() =>
        Errors(new BackendPoolSpec())
            .ShouldBe([
                "spec.selector: missing: needs at least one entry in matchLabels or matchExpressions",
                "spec.ports (entries): missing: must be 1 to 16",
            ]);

    [Fact]
    public void A_missing_spec_is_named() => Errors(null).ShouldBe(["spec: missing: must be given"]);

    public static TheoryData<string, Action<BackendPoolSpec>> Wrong =>
        new()
        {
            {
                "spec.selector.matchLabels: \"not a key\": must be a label key: ",
                s => s.Selector!.MatchLabels!["not a key"] = "x"
            },
            {
                "spec.selector.matchLabels[app]: \"-x\": must be a label value: ",
                s => s.Selector!.MatchLabels!["app"] = "-x"
            },
            {
                "spec.selector.matchExpressions[0].operator: \"Is\": must be one of In, NotIn, Exists, DoesNotExist",
                s => Require(s, new() { Key = "tier", Operator = "Is" })
            },
            {
                "spec.selector.matchExpressions[0].values: missing: must be given for In and NotIn",
                s => Require(s, new() { Key = "tier", Operator = "In" })
            },
            {
                "spec.selector.matchExpressions[0].values: \"web\": must be left out for Exists and DoesNotExist",
                s =>
                    Require(
                        s,
                        new()
                        {
                            Key = "tier",
                            Operator = "Exists",
                            Values = ["web"],
                        }
                    )
            },
            {
                "spec.selector.matchExpressions[0].key: missing: must be a label key: ",
                s => Require(s, new() { Operator = "Exists" })
            },
            { "spec.ports (entries): 0: must be 1 to 16", s => s.Ports!.Clear() },
            { "spec.ports[0].name: \"Http\": must be 1 to 15 lower-case letters", s => s.Ports![0].Name = "Http" },
            {
                "spec.ports[0].name: \"a-name-of-sixteen\": must be 1 to 15 lower-case letters",
                s => s.Ports![0].Name = "a-name-of-sixteen"
            },
            { "spec.ports[0].port: 0: must be 1 to 65535", s => s.Ports![0].Port = 0 },
            { "spec.ports[0].targetPort: missing: must be 1 to 65535", s => s.Ports![0].TargetPort = null },
            { "spec.ports[0].protocol: \"UDP\": must be one of HTTP, TCP", s => s.Ports![0].Protocol = "UDP" },
            {
                "spec.ports[0].port: 15008: must not be 15008 or 15020, which the sidecar uses itself",
                s => s.Ports![0].Port = 15008
            },
            {
                "spec.ports[0].targetPort: 15020: must not be 15008 or 15020, which the sidecar uses itself",
                s => s.Ports![0].TargetPort = 15020
            },
            {
                "spec.ports[1].name: \"http\": must be unique in the pool",
                s => s.Ports!.Add(Port("http", 15081, 8081))
            },
            { "spec.ports[1].port: 15080: may be listed once", s => s.Ports!.Add(Port("other", 15080, 8081)) },
            {
                "spec.ports[1].port: 8080: must not be a targetPort (of http), because",
                s => s.Ports!.Add(Port("other", 8080, 8081))
            },
            {
                "spec.drain.deadline: \"60\": must be a duration such as 60s, 1m30s or 500ms",
                s => s.Drain.Deadline = "60"
            },
            { "spec.drain.deadline: \"25h\": must be longer than 0s and at most 24h", s => s.Drain.Deadline = "25h" },
            { "spec.drain.rampDown: \"1m\": must be shorter than deadline (60s)", s => s.Drain.RampDown = "1m" },
            {
                "spec.drain.quietPeriod: \"61s\": must be shorter than deadline (60s)",
                s => s.Drain.QuietPeriod = "61s"
            },
            { "spec.drain.minAvailable: -1: must be 0 or more", s => s.Drain.MinAvailable = new(-1) },
            {
                "spec.drain.minAvailable: \"101%\": must be a number, or a percentage from 0% to 100%",
                s => s.Drain.MinAvailable = new("101%")
            },
            {
                "spec.drain.lateArrivals: \"Drop\": must be one of Reroute, Serve, Reject",
                s => s.Drain.LateArrivals = "Drop"
            },
            {
                "spec.loadBalancing.policy: \"Random\": must be one of WeightedRoundRobin, LeastRequest, PeakEwma",
                s => s.LoadBalancing = new() { Policy = "Random" }
            },
            {
                "spec.loadBalancing.policy: \"PeakEwma\": must be another one where no port has protocol HTTP",
                s =>
                {
                    s.Ports![0].Protocol = "TCP";
                    s.LoadBalancing = new() { Policy = "PeakEwma" };
                }
            },
            {
                "spec.healthCheck: \"httpGet, tcpSocket\": must have exactly one of httpGet, tcpSocket and grpc",
                s =>
                    s.HealthCheck = new()
                    {
                        HttpGet = new() { Port = "http" },
                        TcpSocket = new() { Port = "http" },
                    }
            },
            {
                "spec.healthCheck: \"\": must have exactly one of httpGet, tcpSocket and grpc",
                s => s.HealthCheck = new()
            },
            {
                "spec.healthCheck.httpGet.port: \"https\": must be the name of one of spec.ports",
                s => s.HealthCheck = new() { HttpGet = new() { Port = "https" } }
            },
            {
                "spec.healthCheck.httpGet.path: \"healthz\": must begin with / and have no spaces",
                s => s.HealthCheck = Check(c => c.HttpGet!.Path = "healthz")
            },
            {
                "spec.healthCheck.interval: \"500ms\": must be from 1s to 5m",
                s => s.HealthCheck = Check(c => (c.Interval, c.Timeout) = ("500ms", "100ms"))
            },
            {
                "spec.healthCheck.timeout: \"6s\": must be at least 50ms, and no longer than interval",
                s => s.HealthCheck = Check(c => c.Timeout = "6s")
            },
            {
                "spec.healthCheck.unhealthyThreshold: 0: must be 1 to 100",
                s => s.HealthCheck = Check(c => c.UnhealthyThreshold = 0)
            },
            {
                "spec.healthCheck.onFailure: \"Kill\": must be one of Release, Reset",
                s => s.HealthCheck = Check(c => c.OnFailure = "Kill")
            },
            {
                "spec.outlierDetection: \"given\": must be left out where no port has protocol HTTP",
                s => (s.Ports![0].Protocol, s.OutlierDetection) = ("TCP", new())
            },
            {
                "spec.outlierDetection.latencyFactor: \"1\": must be a decimal from 1.5 to 100",
                s => s.OutlierDetection = new() { LatencyFactor = "1" }
            },
            {
                "spec.outlierDetection.baseEjectionTime: \"2h\": must be from 1s to 1h",
                s => s.OutlierDetection = new() { BaseEjectionTime = "2h" }
            },
            { "spec.retry: \"given\": must be left out where no port has mode Proxy", s => s.Retry = new() },
            { "spec.retry.attempts: 0: must be 1 to 10", s => s.Retry = Retry(s, r => r.Attempts = 0) },
            {
                "spec.retry.backoff.max: \"10ms\": must be at least backoff.base, and at most 1m",
                s => s.Retry = Retry(s, r => r.Backoff.Max = "10ms")
            },
            {
                "spec.retry.perTryTimeout: \"0s\": must be longer than 0s",
                s => s.Retry = Retry(s, r => r.PerTryTimeout = "0s")
            },
            {
                "spec.retry.budget.percent: 101: must be 0 to 100",
                s => s.Retry = Retry(s, r => r.Budget.Percent = 101)
            },
            {
                "spec.sessionPersistence.type: \"Cookie\": must be SourceAddress where no port has mode Proxy",
                s => s.SessionPersistence = new()
            },
            {
                "spec.sessionPersistence.type: \"SourceAddress\": must be another one where loadBalancing.rebalance is given",
                s =>
                {
                    s.SessionPersistence = new() { Type = "SourceAddress" };
                    s.LoadBalancing = new() { Rebalance = new() };
                }
            },
            {
                "spec.sessionPersistence.type: \"Url\": must be one of Cookie, Header, SourceAddress",
                s => s.SessionPersistence = new() { Type = "Url" }
            },
            {
                "spec.sessionPersistence.sessionName: \"a;b\": must be 1 to 128 letters, digits, '-', '_' or '.'",
                s => s.SessionPersistence = Sessions(s, p => p.SessionName = "a;b")
            },
            {
                "spec.sessionPersistence.sessionName: \"Content-Type\": must be a header that means nothing else",
                s => s.SessionPersistence = Sessions(s, p => (p.Type, p.SessionName) = ("Header", "Content-Type"))
            },
            {
                "spec.sessionPersistence.absoluteTimeout: \"0s\": must be from 1s to 720h",
                s => s.SessionPersistence = Sessions(s, p => p.AbsoluteTimeout = "0s")
            },
            {
                "spec.sessionPersistence.absoluteTimeout: \"forever\": must be a duration",
                s => s.SessionPersistence = Sessions(s, p => p.AbsoluteTimeout = "forever")
            },
            {
                "spec.sessionPersistence.handover: \"None\": must be one of Successor",
                s => s.SessionPersistence = Sessions(s, p => p.Handover = "None")
            },
            {
                "spec.loadBalancing.slowStart.duration: missing: must be a duration",
                s => s.LoadBalancing = new() { SlowStart = new() }
            },
            {
                "spec.loadBalancing.slowStart.duration: \"48h\": must be at most 24h",
                s => s.LoadBalancing = new() { SlowStart = new() { Duration = "48h" } }
            },
            {
                "spec.loadBalancing.slowStart.minimumPercent: 0: must be 1 to 100",
                s =>
                    s.LoadBalancing = new()
                    {
                        SlowStart = new() { Duration = "1s", MinimumPercent = 0 },
                    }
            },
            {
                "spec.loadBalancing.slowStart.aggression: \"0\": must be a decimal above 0 and at most 100",
                s =>
                    s.LoadBalancing = new()
                    {
                        SlowStart = new() { Duration = "1s", Aggression = "0" },
                    }
            },
            {
                "spec.connections.upstream: \"given\": must be left out where no port has mode Proxy",
                s => s.Connections = new() { Upstream = new() }
            },
            {
                "spec.connections.upstream.maxConnections: 2: must be 3 to 1000",
                s =>
                {
                    s.Ports![0].Mode = "Proxy";
                    s.Connections = new()
                    {
                        Upstream = new() { MinConnections = 3, MaxConnections = 2 },
                    };
                }
            },
            {
                "spec.connections.upstream.heartbeat: \"500ms\": must be from 1s to 720h",
                s =>
                {
                    s.Ports![0].Mode = "Proxy";
                    s.Connections = new() { Upstream = new() { Heartbeat = "500ms" } };
                }
            },
            {
                "spec.circuitBreaker: missing: must have one of maxConnections, maxInFlight and consecutiveFailures",
                s => s.CircuitBreaker = new()
            },
            {
                "spec.circuitBreaker.maxInFlight: 0: must be 1 to 1000000",
                s => s.CircuitBreaker = new() { MaxInFlight = 0 }
            },
            {
                "spec.circuitBreaker.maxPending: 5: must be left out without maxInFlight, because nothing waits",
                s => s.CircuitBreaker = new() { MaxConnections = 1, MaxPending = 5 }
            },
            {
                "spec.circuitBreaker.maxPending: 5: must be left out where no port has protocol HTTP, because connections do not wait",
                s =>
                {
                    s.Ports![0].Protocol = "TCP";
                    s.CircuitBreaker = new() { MaxInFlight = 1, MaxPending = 5 };
                }
            },
            {
                "spec.circuitBreaker.pendingTimeout: \"2m\": must be above 0s and at most 1m",
                s => s.CircuitBreaker = new() { MaxInFlight = 1, PendingTimeout = "2m" }
            },
            {
                "spec.circuitBreaker.maxOpenFor: \"1s\": must be at least openFor (5s)",
                s => s.CircuitBreaker = new() { ConsecutiveFailures = 1, MaxOpenFor = "1s" }
            },
            {
                "spec.circuitBreaker.adaptive: \"given\": must be left out without maxInFlight, up to which it goes",
                s => s.CircuitBreaker = new() { ConsecutiveFailures = 1, Adaptive = new() }
            },
            {
                "spec.circuitBreaker.adaptive.minInFlight: 5: must be 1 to 4",
                s => s.CircuitBreaker = new() { MaxInFlight = 4, Adaptive = new() }
            },
            {
                "spec.circuitBreaker.adaptive.smoothing: \"0\": must be a decimal from 0.01 to 1",
                s =>
                    s.CircuitBreaker = new()
                    {
                        MaxInFlight = 40,
                        Adaptive = new() { Smoothing = "0" },
                    }
            },
            {
                "spec.circuitBreaker.adaptive: \"given\": must be left out where no port has protocol HTTP, because the latency",
                s =>
                {
                    s.Ports![0].Protocol = "TCP";
                    s.CircuitBreaker = new() { MaxInFlight = 40, Adaptive = new() };
                }
            },
            {
                "spec.loadBalancing.slowStart.aggression: \"fast\": must be a decimal above 0 and at most 100",
                s =>
                    s.LoadBalancing = new()
                    {
                        SlowStart = new() { Duration = "1s", Aggression = "fast" },
                    }
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_field_is_named_with_its_value_and_what_would_be_right(
        string expected,
        Action<BackendPoolSpec> spoil
    )
    {
        var spec = Sample.Spec();
        spoil(spec);

        Errors(spec).ShouldHaveSingleItem().ShouldStartWith(expected);
    }

    [Fact]
    public void A_very_long_value_is_not_repeated_in_full()
    {
        var spec = Sample.Spec();
        spec.Drain.Deadline = new string('9', 5000);

        Errors(spec)[0].Length.ShouldBeLessThan(250);
    }

    [Theory]
    [InlineData("60s", 60_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("500ms", 500)]
    [InlineData("2h", 7_200_000)]
    [InlineData("0s", 0)]
    public void Durations_are_read_as_Go_does(string text, int milliseconds)
    {
        GoDuration.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1d")]
    [InlineData("123456s")]
    [InlineData("1s1s1s1s1s")]
    [InlineData("1s\n")]
    [InlineData("١s")]
    public void What_is_no_duration_is_refused(string? text) => GoDuration.TryParse(text, out _).ShouldBeFalse();

    private static BackendPoolHealthCheck Check(Action<BackendPoolHealthCheck> change)
    {
        var check = new BackendPoolHealthCheck { HttpGet = new() { Port = "http" } };
        change(check);
        return check;
    }

    private static BackendPoolRetry Retry(BackendPoolSpec spec, Action<BackendPoolRetry> change)
    {
        spec.Ports![0].Mode = "Proxy";
        var retry = new BackendPoolRetry();
        change(retry);
        return retry;
    }

    private static BackendPoolSessionPersistence Sessions(
        BackendPoolSpec spec,
        Action<BackendPoolSessionPersistence> change
    )
    {
        spec.Ports![0].Mode = "Proxy";
        var sessions = new BackendPoolSessionPersistence();
        change(sessions);
        return sessions;
    }

    private static BackendPoolPort Port(string name, int port, int targetPort) =>
        new()
        {
            Name = name,
            Port = port,
            TargetPort = targetPort,
        };

    private static void Require(BackendPoolSpec spec, PodSelectorRequirement requirement) =>
        spec.Selector!.MatchExpressions = [requirement];

    private static string[] Errors(BackendPoolSpec? spec) =>
        [.. BackendPoolValidator.Validate(spec).Select(e => e.ToString())];
}
