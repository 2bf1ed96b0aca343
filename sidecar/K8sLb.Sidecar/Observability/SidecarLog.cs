using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Observability;

/// <summary>All log messages of this assembly: 1xx snapshots, 2xx listeners, 3xx connections, 4xx drains, 5xx control stream.</summary>
internal static partial class SidecarLog
{
    [LoggerMessage(101, LogLevel.Information, "Snapshot {Epoch}/{Version} is in force ({Source})")]
    public static partial void SnapshotInForce(ILogger log, long epoch, long version, string source);

    [LoggerMessage(102, LogLevel.Warning, "Snapshot refused, the last good one stays in force: {Error}")]
    public static partial void SnapshotRefused(ILogger log, string error);

    [LoggerMessage(103, LogLevel.Warning, "The kept snapshot is ignored: {Error}")]
    public static partial void KeptSnapshotIgnored(ILogger log, string error);

    [LoggerMessage(104, LogLevel.Warning, "State cannot be kept for a restart: {Error}")]
    public static partial void StateNotKept(ILogger log, string error);

    [LoggerMessage(201, LogLevel.Information, "Port {Name} is open on {Address}, port {Port}")]
    public static partial void PortOpened(ILogger log, string name, IPAddress address, int port);

    [LoggerMessage(202, LogLevel.Information, "Port {Name} no longer accepts on port {Port}")]
    public static partial void PortClosed(ILogger log, string name, int port);

    [LoggerMessage(
        203,
        LogLevel.Error,
        "Port {Name} cannot be opened on {Address}, port {Port}; trying again: {Error}"
    )]
    public static partial void PortNotOpened(ILogger log, string name, IPAddress address, int port, string error);

    [LoggerMessage(204, LogLevel.Warning, "Accepting on {EndPoint} failed; trying again")]
    public static partial void AcceptFailed(ILogger log, EndPoint? endPoint, Exception exception);

    [LoggerMessage(305, LogLevel.Warning, "The application's circuit is open: it gets nothing for {Pause}")]
    public static partial void CircuitOpened(ILogger log, TimeSpan pause);

    [LoggerMessage(306, LogLevel.Information, "The application's circuit is closed: it gets work again")]
    public static partial void CircuitClosed(ILogger log);

    [LoggerMessage(301, LogLevel.Warning, "A connection failed")]
    public static partial void ConnectionFailed(ILogger log, Exception exception);

    [LoggerMessage(302, LogLevel.Warning, "Refused a connection from {EndPoint} to the peer port: {Why}")]
    public static partial void PeerRefused(ILogger log, EndPoint? endPoint, string why);

    [LoggerMessage(303, LogLevel.Warning, "No connection to {Destination}: {Error}")]
    public static partial void DestinationUnreachable(ILogger log, string destination, string? error);

    [LoggerMessage(304, LogLevel.Warning, "A request failed at {Destination} ({Kind}): {Error}")]
    public static partial void RequestFailed(ILogger log, string destination, ForwarderError kind, string? error);

    [LoggerMessage(
        401,
        LogLevel.Information,
        "Drain {Id} ({Reason}) begins with {Connections} connections, deadline {Deadline:O}"
    )]
    public static partial void DrainBegan(
        ILogger log,
        string id,
        string reason,
        int connections,
        DateTimeOffset deadline
    );

    [LoggerMessage(
        402,
        LogLevel.Information,
        "Drain {Id} is {Progress}: {Remaining} connections remain, {Released} released, {Forced} forced"
    )]
    public static partial void DrainMoved(
        ILogger log,
        string id,
        string progress,
        int remaining,
        long released,
        long forced
    );

    [LoggerMessage(403, LogLevel.Information, "The drain is cancelled")]
    public static partial void DrainCancelled(ILogger log);

    [LoggerMessage(411, LogLevel.Warning, "The application's agent said nothing of use, and nothing changes: {Error}")]
    public static partial void AgentFailed(ILogger log, string error);

    [LoggerMessage(410, LogLevel.Warning, "The application is {State}")]
    public static partial void HealthChanged(ILogger log, string state);

    [LoggerMessage(405, LogLevel.Information, "Of {Held} connections, {HoldAtMost} may stay: the others are released")]
    public static partial void Rebalances(ILogger log, int held, int holdAtMost);

    [LoggerMessage(407, LogLevel.Information, "The other containers of the pod are done: draining, then ending")]
    public static partial void WorkDone(ILogger log);

    [LoggerMessage(404, LogLevel.Information, "{Signal} received: draining, then ending")]
    public static partial void SignalReceived(ILogger log, string signal);

    [LoggerMessage(406, LogLevel.Warning, "Refused a call of /drain from {Address}: {Why}")]
    public static partial void DrainRefused(ILogger log, IPAddress? address, string why);

    [LoggerMessage(
        501,
        LogLevel.Information,
        "Attached to the operator at {Operator}, version {Version}, epoch {Epoch}"
    )]
    public static partial void Attached(ILogger log, Uri @operator, string version, long epoch);

    [LoggerMessage(
        502,
        LogLevel.Warning,
        "No control stream to {Operator} ({Error}); next try in {Milliseconds} ms, the last snapshot stays in force"
    )]
    public static partial void StreamEnded(ILogger log, Uri @operator, string error, long milliseconds);

    [LoggerMessage(601, LogLevel.Error, "The loop \"{Loop}\" failed once and goes on")]
    public static partial void LoopFailed(ILogger log, string loop, Exception exception);
}
