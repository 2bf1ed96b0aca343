using System.Diagnostics.Metrics;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Http.Upstreams;
using K8sLb.Sidecar.Overload;

namespace K8sLb.Sidecar.Observability;

/// <summary>All instruments of this assembly, on the meter "K8sLb.Sidecar".</summary>
public sealed class SidecarMetrics
{
    public const string MeterName = "K8sLb.Sidecar";

    public static readonly KeyValuePair<string, object?> Local = new("k8slb.route", "local");
    public static readonly KeyValuePair<string, object?> Rerouted = new("k8slb.route", "peer");
    public static readonly KeyValuePair<string, object?> Rejected = new("k8slb.route", "rejected");
    public static readonly KeyValuePair<string, object?> Failed = new("k8slb.route", "failed");

    private readonly Meter meter;

    public SidecarMetrics(IMeterFactory meters, ConnectionRegistry registry)
    {
        meter = meters.Create(MeterName);
        Requests = meter.CreateCounter<long>("k8slb.sidecar.requests", "{request}", "HTTP requests by where they went");
        Failures = meter.CreateCounter<long>(
            "k8slb.sidecar.requests.failed",
            "{request}",
            "HTTP requests that failed at their destination, by the forwarder's kind of error"
        );
        Connections = meter.CreateCounter<long>(
            "k8slb.sidecar.tcp.connections",
            "{connection}",
            "TCP connections by where they went"
        );
        PeerRefusals = meter.CreateCounter<long>(
            "k8slb.sidecar.peer.refusals",
            "{connection}",
            "Connections to the peer port that were refused"
        );
        DrainRefusals = meter.CreateCounter<long>(
            "k8slb.sidecar.drain.refused",
            "{call}",
            "Calls of /drain without the pod's secret, by what was wrong"
        );
        Snapshots = meter.CreateCounter<long>(
            "k8slb.sidecar.snapshots",
            "{snapshot}",
            "Snapshots by what became of them"
        );
        Redials = meter.CreateCounter<long>("k8slb.sidecar.control.redials", "{dial}", "Control streams that ended");
        LoopFailures = meter.CreateCounter<long>(
            "k8slb.sidecar.loop.failures",
            "{failure}",
            "Exceptions that a background loop survived"
        );
        AgentChecks = meter.CreateCounter<long>(
            "k8slb.sidecar.agent.checks",
            "{check}",
            "Questions to the application's agent by what became of them"
        );
        Retries = meter.CreateCounter<long>("k8slb.sidecar.retries", "{request}", "Requests that were sent once more");
        Sessions = meter.CreateCounter<long>(
            "k8slb.sidecar.sessions",
            "{session}",
            "Sessions that started here, moved here from a member that left, or were handed over, by which of these"
        );
        SessionTokensRefused = meter.CreateCounter<long>(
            "k8slb.sidecar.sessions.refused",
            "{token}",
            "Tokens that count for nothing, by what was wrong with them"
        );
        Overflows = meter.CreateCounter<long>(
            "k8slb.sidecar.overflow",
            "{request}",
            "Work that found no place at the application, by what became of it: peer, pending, refused"
        );
        HealthChecks = meter.CreateCounter<long>(
            "k8slb.sidecar.health.checks",
            "{check}",
            "Checks of the application by what they found"
        );
        meter.CreateObservableGauge(
            "k8slb.sidecar.connections",
            () => Live(registry),
            "{connection}",
            "Live connections"
        );
        meter.CreateObservableGauge("k8slb.sidecar.in_flight", () => registry.InFlight, "{request}", "Work in flight");
        meter.CreateObservableCounter(
            "k8slb.sidecar.connections.opened",
            () => registry.Account().Totals.Opened,
            "{connection}",
            "Connections of clients that were accepted"
        );
        meter.CreateObservableCounter(
            "k8slb.sidecar.connections.ended",
            () => Ended(registry),
            "{connection}",
            "Connections of clients that ended, by why"
        );
    }

    public Counter<long> Requests { get; }
    public Counter<long> Failures { get; }
    public Counter<long> Connections { get; }
    public Counter<long> PeerRefusals { get; }
    public Counter<long> DrainRefusals { get; }
    public Counter<long> Snapshots { get; }
    public Counter<long> Redials { get; }
    public Counter<long> LoopFailures { get; }
    public Counter<long> HealthChecks { get; }
    public Counter<long> AgentChecks { get; }
    public Counter<long> Retries { get; }
    public Counter<long> Sessions { get; }
    public Counter<long> SessionTokensRefused { get; }
    public Counter<long> Overflows { get; }

    public void Observe(UpstreamCounts upstreams) =>
        meter.CreateObservableGauge(
            "k8slb.sidecar.upstream.connections",
            () => upstreams.Sockets,
            "{connection}",
            "Connections of mode Proxy to the application and to peers"
        );

    public void Observe(ApplicationGate gate)
    {
        meter.CreateObservableGauge(
            "k8slb.sidecar.circuit.open",
            () => gate.Breaker.State.Phase == BreakerPhase.Closed ? 0 : 1,
            description: "1 while the application's circuit is open or half open"
        );
        meter.CreateObservableCounter(
            "k8slb.sidecar.circuit.openings",
            () => gate.Breaker.Openings,
            "{opening}",
            "Times that the application's circuit opened"
        );
        meter.CreateObservableGauge(
            "k8slb.sidecar.pending",
            () => gate.Pending,
            "{request}",
            "Requests that wait for a place at the application"
        );
        meter.CreateObservableGauge(
            "k8slb.sidecar.in_flight.limit",
            () =>
                gate.Limit is < int.MaxValue and var limit
                    ? new Measurement<int>[] { new(limit) }
                    : Array.Empty<Measurement<int>>(),
            "{request}",
            "Work in flight that the application may have now"
        );
    }

    public static KeyValuePair<string, object?> Reason(string name) => new("k8slb.reason", name);

    public static KeyValuePair<string, object?> Loop(string name) => new("k8slb.loop", name);

    public static KeyValuePair<string, object?> Outcome(string name) => new("k8slb.outcome", name);

    private static Measurement<int>[] Live(ConnectionRegistry registry)
    {
        var live = registry.Account().Live;
        return
        [
            new(live.Http1, Protocol("http1")),
            new(live.Http2, Protocol("http2")),
            new(live.WebSocket, Protocol("websocket")),
            new(live.Tcp, Protocol("tcp")),
        ];
    }

    private static Measurement<long>[] Ended(ConnectionRegistry registry) =>
        [
            .. registry
                .Account()
                .Totals.Ended.Select(ended => new Measurement<long>(
                    ended.Count,
                    Protocol(ended.Protocol.ToString().ToLowerInvariant()),
                    new("k8slb.reason", ended.Reason.ToString())
                )),
        ];

    private static KeyValuePair<string, object?> Protocol(string name) => new("network.protocol.name", name);
}
