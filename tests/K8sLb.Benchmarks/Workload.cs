namespace K8sLb.Benchmarks;

/// <summary>What the clients do, the same for every contender.</summary>
internal sealed record Workload(string Name, int Connections, string Path, string[] Headers)
{
    public static readonly Workload[] All =
    [
        new("h1-keepalive", 32, "/small", []),
        new("h1-connection-per-request", 16, "/small", ["Connection: close"]),
        new("h1-1mb-body", 8, "/1mb", []),
    ];
}
