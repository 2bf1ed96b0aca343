using System.Reflection;
using K8sLb.Protocol;
using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Sessions;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Control;

/// <summary>What this member says of itself.</summary>
public sealed class MemberReports(
    SidecarOptions options,
    PeerCredential credential,
    SnapshotInForce snapshots,
    ConnectionRegistry registry,
    WorkRouter router,
    MemberDrain drain,
    MemberHealth health,
    MemberAgent agent,
    LiveSessions sessions,
    ApplicationGate gate,
    TimeProvider clock
)
{
    public static readonly string SidecarVersion =
        typeof(MemberReports).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";

    private readonly string instance = Guid.NewGuid().ToString("N");

    public Hello Hello() =>
        new()
        {
            ProtocolVersion = ControlStream.ProtocolVersion,
            PodNamespace = options.PodNamespace,
            PodName = options.PodName,
            PodUid = options.PodUid,
            SidecarVersion = SidecarVersion,
            Instance = instance,
            PeerAddress = options.PodAddress.ToString(),
            PeerPort = options.PeerPort,
            ProvesKey = true,
            PeerCredential = credential.Value,
            Held = snapshots.Version,
            Drain = drain.Current is { } state ? DrainReports.From(state, registry.Account(), clock.GetUtcNow()) : null,
        };

    private static LocalReport Local(DestinationLoad load) =>
        new()
        {
            InFlight = load.InFlight,
            LatencyMs = load.Latency?.TotalMilliseconds,
            Timed = load.Timed,
            TimedLogMs = load.TimedLogMs,
            Served = load.Served,
            Failed = load.Failed,
            FailuresInARow = load.FailuresInARow,
        };

    public MemberReport Report()
    {
        var account = registry.Account();
        return new()
        {
            InForce = snapshots.Version,
            EffectiveWeight = router.Plan.EffectiveWeight,
            Connections = account.Live,
            InFlight = registry.InFlight,
            ArrivalsPerSecond = router.ArrivalsPerSecond,
            Sessions = router.Sessions is { UsesTokens: true } ? sessions.Count : null,
            Local = Local(router.Local),
            PeerFindings = PeerFindings.Read(router.AllPeers),
            Held = registry.Held(),
            Health = health.Current,
            Agent = agent.Current?.Report(),
            Circuit = gate.Report(),
            Totals = account.Totals,
            Drain = drain.Current is { } state ? DrainReports.From(state, account, clock.GetUtcNow()) : null,
        };
    }
}
