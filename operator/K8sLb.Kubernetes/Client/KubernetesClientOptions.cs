namespace K8sLb.Kubernetes;

public sealed record KubernetesClientOptions
{
    public string UserAgent { get; init; } = "k8slb";

    /// <summary>For one request from its start to the end of its answer; for a watch to the start of its answer.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Objects per request of a list.</summary>
    public int ListChunkSize { get; init; } = 500;

    /// <summary>
    /// A connection on which nothing arrived for this long is asked for a sign of life (HTTP/2 PING) and given up
    /// <see cref="PingTimeout"/> later: a half-open connection is found also while only watches use it.
    /// </summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(15);
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Highest version to ask for; HTTP/1.1 uses one connection for every watch.</summary>
    public Version HttpVersion { get; init; } = System.Net.HttpVersion.Version20;

    /// <summary>How often a request is sent again that the server put off (429 with Retry-After).</summary>
    public int ThrottleRetries { get; init; } = 5;
}
