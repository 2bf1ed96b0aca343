namespace K8sLb.Kubernetes;

/// <summary>A named index of a store: under which values an object is found.</summary>
/// <param name="Values">Pure, and quick: it runs on every change of every object.</param>
public sealed record Indexer<T>(string Name, Func<T, IEnumerable<string>> Values);
