using System.Text.Json.Serialization;

namespace K8sLb.Load;

/// <summary>
/// A steady mixed load, bounded in count and time. A part that is null does not run. Every client of a part has a rhythm of
/// its own: its mean interval is spread from a quarter of the part's to four times that, evenly on a logarithmic scale.
/// </summary>
/// <param name="DurationSeconds">The load ends by itself after that.</param>
/// <param name="MaxRequests">The load ends by itself when so many requests have begun.</param>
/// <param name="ConnectTimeoutMs">For each connection.</param>
/// <param name="RequestTimeoutMs">
/// From the begin of a request, connecting included, to its end; the delay that it asks for comes on top.
/// </param>
/// <param name="Seed">Of the rhythms and of the mix of requests.</param>
public sealed record LoadPlan(
    int DurationSeconds,
    int MaxRequests = 200_000,
    int ConnectTimeoutMs = 5_000,
    int RequestTimeoutMs = 10_000,
    int Seed = 1,
    KeepAlivePlan? KeepAlive = null,
    NewConnectionPlan? NewConnection = null,
    SlowPlan? Slow = null,
    Http2Plan? Http2 = null,
    GrpcPlan? Grpc = null,
    WebSocketPlan? WebSocket = null
)
{
    private const int MessagesPerChat = 60;

    /// <summary>About 350 requests a second of every class, for at most <paramref name="durationSeconds"/>.</summary>
    public static LoadPlan SteadyMix(int durationSeconds) =>
        new(durationSeconds)
        {
            KeepAlive = new() { Connections = 40, MeanIntervalMs = 450 },
            NewConnection = new() { PerSecond = 50, MaxConcurrent = 100 },
            Slow = new()
            {
                Connections = 12,
                MeanIntervalMs = 300,
                LongestDelayMs = 2_000,
            },
            Http2 = new()
            {
                Connections = 4,
                StreamsPerConnection = 4,
                MeanIntervalMs = 300,
            },
            Grpc = new()
            {
                Connections = 4,
                CallersPerConnection = 3,
                MeanIntervalMs = 400,
                ChatIntervalMs = 1_000,
                MessagesPerChat = MessagesPerChat,
            },
            WebSocket = new() { Connections = 40, MeanIntervalMs = 1_000 },
        };

    /// <summary>About that many requests a second of every class, for as long as it is let: an hour at most.</summary>
    public static LoadPlan Mix(int perSecond)
    {
        // Each client's mean pace is 1.35 times that of its part's mean interval, because of the spread of the rhythms.
        int Part(double share, double perClient) => Math.Max(1, (int)Math.Round(perSecond * share / perClient));
        return new(3_600, MaxRequests: 2_000_000)
        {
            KeepAlive = new() { Connections = Part(0.35, 3.2), MeanIntervalMs = 400 },
            NewConnection = new() { PerSecond = Part(0.1, 1), MaxConcurrent = 500 },
            Slow = new()
            {
                Connections = Part(0.01, 0.8),
                MeanIntervalMs = 300,
                LongestDelayMs = 2_000,
            },
            Http2 = new()
            {
                Connections = Part(0.25, 80),
                StreamsPerConnection = 20,
                MeanIntervalMs = 320,
            },
            Grpc = new()
            {
                Connections = Part(0.15, 14),
                CallersPerConnection = 4,
                MeanIntervalMs = 400,
                ChatIntervalMs = 1_000,
                MessagesPerChat = MessagesPerChat,
            },
            WebSocket = new() { Connections = Part(0.14, 1.3), MeanIntervalMs = 1_000 },
        };
    }

    /// <summary>
    /// Long gRPC streams, each on a connection of its own, as clients have them that watch something. A stream is ended after
    /// about half a minute, and the next one is begun on the same connection.
    /// </summary>
    public static LoadPlan Streams(int count, int durationSeconds) =>
        new(durationSeconds, MaxRequests: 2_000_000)
        {
            Grpc = new()
            {
                Connections = count,
                CallersPerConnection = 0,
                MeanIntervalMs = 1_000,
                ChatIntervalMs = 3_000,
                MessagesPerChat = 10,
            },
        };

    /// <summary>The connections that are kept open: those that a server has to move when it goes.</summary>
    [JsonIgnore]
    public int KeptConnections =>
        (KeepAlive?.Connections ?? 0)
        + (Slow?.Connections ?? 0)
        + (Http2?.Connections ?? 0)
        + (Grpc?.Connections ?? 0)
        + (WebSocket?.Connections ?? 0);

    /// <exception cref="ArgumentException">A number is out of its bounds; the message names it and them.</exception>
    public void Validate()
    {
        InBounds("durationSeconds", DurationSeconds, 1, 3_600);
        InBounds("maxRequests", MaxRequests, 1, 2_000_000);
        InBounds("connectTimeoutMs", ConnectTimeoutMs, 1, 60_000);
        InBounds("requestTimeoutMs", RequestTimeoutMs, 1, 60_000);
        InBounds("keepAlive.connections", KeepAlive?.Connections, 1, 1_000);
        InBounds("keepAlive.meanIntervalMs", KeepAlive?.MeanIntervalMs, 4, 600_000);
        InBounds("newConnection.perSecond", NewConnection?.PerSecond, 1, 1_000);
        InBounds("newConnection.maxConcurrent", NewConnection?.MaxConcurrent, 1, 1_000);
        InBounds("slow.connections", Slow?.Connections, 1, 500);
        InBounds("slow.meanIntervalMs", Slow?.MeanIntervalMs, 4, 600_000);
        InBounds("slow.longestDelayMs", Slow?.LongestDelayMs, 1, 2_000);
        InBounds("http2.connections", Http2?.Connections, 1, 100);
        // Below the 100 that RFC 9113 section 6.5.2 recommends as the least limit: the client does not track the server's.
        InBounds("http2.streamsPerConnection", Http2?.StreamsPerConnection, 1, 50);
        InBounds("http2.meanIntervalMs", Http2?.MeanIntervalMs, 4, 600_000);
        InBounds("grpc.connections", Grpc?.Connections, 1, 4_000);
        InBounds("grpc.callersPerConnection", Grpc?.CallersPerConnection, 0, 50);
        InBounds("grpc.meanIntervalMs", Grpc?.MeanIntervalMs, 4, 600_000);
        InBounds("grpc.chatIntervalMs", Grpc?.ChatIntervalMs, 4, 600_000);
        // All that a stream sends has to fit into its first window, which the client does not track.
        InBounds("grpc.messagesPerChat", Grpc?.MessagesPerChat, 1, 200);
        InBounds("webSocket.connections", WebSocket?.Connections, 1, 1_000);
        InBounds("webSocket.meanIntervalMs", WebSocket?.MeanIntervalMs, 4, 600_000);
    }

    private static void InBounds(string name, int? value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{name} is {value}; it takes {least} to {most}");
        }
    }
}

public sealed record KeepAlivePlan
{
    public required int Connections { get; init; }

    /// <summary>Between the end of a response and the next request.</summary>
    public required int MeanIntervalMs { get; init; }
}

public sealed record NewConnectionPlan
{
    public required int PerSecond { get; init; }

    /// <summary>No more are open at once; a server that stalls is not flooded.</summary>
    public required int MaxConcurrent { get; init; }
}

public sealed record SlowPlan
{
    public required int Connections { get; init; }
    public required int MeanIntervalMs { get; init; }

    /// <summary>Each response takes a random time up to this, at most 2,000 ms.</summary>
    public required int LongestDelayMs { get; init; }
}

public sealed record Http2Plan
{
    public required int Connections { get; init; }

    /// <summary>Clients that share a connection, each with one request at a time.</summary>
    public required int StreamsPerConnection { get; init; }
    public required int MeanIntervalMs { get; init; }
}

public sealed record WebSocketPlan
{
    public required int Connections { get; init; }

    /// <summary>Between an echo and the next message.</summary>
    public required int MeanIntervalMs { get; init; }
}
