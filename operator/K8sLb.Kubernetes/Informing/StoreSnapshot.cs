using System.Collections.Immutable;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>A store at one moment: immutable, so that a reader takes it once and sees one consistent state.</summary>
public sealed class StoreSnapshot<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> indexes;

    internal StoreSnapshot(
        ImmutableDictionary<ObjectKey, T> items,
        ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> indexes,
        string? resourceVersion
    )
    {
        Items = items;
        this.indexes = indexes;
        ResourceVersion = resourceVersion;
    }

    public ImmutableDictionary<ObjectKey, T> Items { get; }

    /// <summary>Up to where the server's history is contained; null before the first list.</summary>
    public string? ResourceVersion { get; }

    public T? Get(ObjectKey key) => Items.GetValueOrDefault(key);

    public T? Get(string name, string? @namespace = null) => Get(new ObjectKey(@namespace ?? "", name));

    /// <exception cref="ArgumentException">There is no indexer of that name.</exception>
    public IEnumerable<T> ByIndex(string index, string value)
    {
        if (!indexes.TryGetValue(index, out var values))
        {
            throw new ArgumentException(
                $"no indexer '{index}'; there are: {string.Join(", ", indexes.Keys)}",
                nameof(index)
            );
        }
        return values.TryGetValue(value, out var keys) ? keys.Select(key => Items[key]) : [];
    }

    internal ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> Indexes => indexes;
}
