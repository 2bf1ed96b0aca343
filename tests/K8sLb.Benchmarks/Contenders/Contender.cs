namespace K8sLb.Benchmarks;

/// <summary>Something that stands between clients and the backend, or nothing (direct).</summary>
internal sealed record Contender(string Name, int Port, MeasuredProcess? Process);
