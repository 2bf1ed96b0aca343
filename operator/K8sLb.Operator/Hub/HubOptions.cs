namespace K8sLb.Operator.Hub;

public sealed record HubOptions
{
    /// <summary>How long a new stream may take to say who it is.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

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
