namespace K8sLb.Operator.Hub;

public sealed record HubOptions
{
    /// <summary>How long a new stream may take to say who it is.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection may take to prove who it is, over all its streams: a handshake, a hello, and an answer of the API server,
    /// with time to be refused and try again.
    /// </summary>
    public TimeSpan ProofTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Connections that have not proven who they are, at a time.</summary>
    public int MaxUnproven { get; init; } = 2_048;

    /// <summary>The same from one address: a sidecar has one, and where addresses are masked a node's pods share one.</summary>
    public int MaxUnprovenBySource { get; init; } = 256;

    /// <summary>
    /// How many sidecars may attach in a second. All members of a pool have to be back before they count as lost, after 15 s; a review
    /// of a token costs an API server about a millisecond.
    /// </summary>
    public int AttachesPerSecond { get; init; } = 500;

    /// <summary>Silence that ends a stream; a sidecar reports every second.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one write may wait for a slow reader before the stream is cut.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a snapshot may stay unanswered before a newer one is sent all the same. Until then nothing is sent, so that a
    /// slow sidecar gets the newest state next, never a queue.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
