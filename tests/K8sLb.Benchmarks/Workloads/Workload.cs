namespace K8sLb.Benchmarks;

/// <summary>What the clients do, the same for every contender.</summary>
/// <param name="Name">Key in the summary.</param>
/// <param name="Service">What is behind the contenders.</param>
/// <param name="Unit">What the figures are given for.</param>
/// <param name="Reference">The contender that CPU time is compared with.</param>
/// <param name="Aim">The relay's CPU time as a part of the reference's, at most; null where there is no such aim.</param>
internal sealed record Workload(
    string Name,
    Service Service,
    string Unit,
    ILoad Load,
    string Reference,
    double? Aim = null
)
{
    private const int RequestsPerSecond = 1000;
    private const int PacedConnections = 20;

    public static readonly Workload[] All =
    [
        new("h1-keepalive", Service.Http1, "request", new WrkLoad(32, "/small"), ContenderNames.HaproxyHttp, 0.8),
        new(
            "h1-connect",
            Service.Http1,
            "request",
            new WrkLoad(16, "/small", "Connection: close"),
            ContenderNames.HaproxyHttp,
            0.8
        ),
        new("h1-1mb", Service.Http1, "request", new WrkLoad(8, "/1mb"), ContenderNames.HaproxyHttp, 0.5),
        new(
            "h1-1000rps",
            Service.Http1,
            "request",
            new PacedLoad(RequestsPerSecond, PacedConnections),
            ContenderNames.HaproxyHttp,
            0.7
        ),
        new("h2-100", Service.Http2, "request", new H2Load(4, 100, "/small"), ContenderNames.HaproxyHttp, 0.7),
        new("ws-echo", Service.WebSocket, "echo", new WebSocketLoad(32), ContenderNames.HaproxyHttp, 0.95),
        new("tcp-stream", Service.Tcp, "MiB", new TcpStreamLoad(4), ContenderNames.HaproxyTcp, 0.5),
        new(
            "h1-1000rps-beside-streams",
            Service.Http1,
            "request, the streams' included",
            new PacedLoad(RequestsPerSecond, PacedConnections, streams: 2),
            ContenderNames.HaproxyHttp
        ),
    ];
}
