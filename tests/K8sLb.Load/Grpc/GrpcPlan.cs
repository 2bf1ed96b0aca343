namespace K8sLb.Load;

public sealed record GrpcPlan
{
    public required int Connections { get; init; }

    /// <summary>Clients that share a connection, each with one unary call at a time.</summary>
    public required int CallersPerConnection { get; init; }
    public required int MeanIntervalMs { get; init; }

    /// <summary>Between the echo and the next message on the bidirectional stream that each connection has as well.</summary>
    public required int ChatIntervalMs { get; init; }

    /// <summary>After so many the client ends the stream, and begins another one.</summary>
    public required int MessagesPerChat { get; init; }
}
