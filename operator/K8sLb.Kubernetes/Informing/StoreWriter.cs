using System.Collections.Immutable;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>The one writer of a store: applies what the server says and works out what that changed.</summary>
internal sealed class StoreWriter<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly IReadOnlyList<Indexer<T>> indexers;
    private volatile StoreSnapshot<T> current;

    public StoreWriter(IReadOnlyList<Indexer<T>> indexers)
    {
        this.indexers = indexers;
        current = new StoreSnapshot<T>(ImmutableDictionary<ObjectKey, T>.Empty, EmptyIndexes(), resourceVersion: null);
    }

    public StoreSnapshot<T> Current => current;

    public IReadOnlyList<StoreChange<T>> Set(T entity)
    {
        var key = entity.Key();
        var old = current.Get(key);
        if (old is not null && SameVersion(old, entity))
        {
            return [];
        }
        var indexes = current.Indexes;
        if (old is not null)
        {
            indexes = Unindex(indexes, key, old);
        }
        current = new StoreSnapshot<T>(
            current.Items.SetItem(key, entity),
            Index(indexes, key, entity),
            entity.ResourceVersion()
        );
        return Changes(old, entity);
    }

    /// <param name="last">The state at the deletion; null where it is not known.</param>
    public IReadOnlyList<StoreChange<T>> Remove(ObjectKey key, T? last, string resourceVersion)
    {
        var old = current.Get(key);
        if (old is null)
        {
            Advance(resourceVersion);
            return [];
        }
        current = new StoreSnapshot<T>(current.Items.Remove(key), Unindex(current.Indexes, key, old), resourceVersion);
        return [new StoreChange<T>(last ?? old, null)];
    }

    /// <summary>A bookmark: nothing changed up to this version.</summary>
    public void Advance(string resourceVersion) =>
        current = new StoreSnapshot<T>(current.Items, current.Indexes, resourceVersion);

    /// <summary>Takes a whole list; what it lacks was deleted while nobody watched.</summary>
    public IReadOnlyList<StoreChange<T>> Replace(KubernetesList<T> list)
    {
        var before = current.Items;
        var items = before.ToBuilder();
        var missing = before.Keys.ToHashSet();
        // What cannot be read now keeps the last state that could.
        missing.ExceptWith(list.Unreadable.Select(u => u.Key));
        var changes = new List<StoreChange<T>>();
        foreach (var entity in list.Items)
        {
            var key = entity.Key();
            missing.Remove(key);
            var old = before.GetValueOrDefault(key);
            if (old is null || !SameVersion(old, entity))
            {
                items[key] = entity;
                changes.AddRange(Changes(old, entity));
            }
        }
        foreach (var key in missing)
        {
            changes.Add(new StoreChange<T>(before[key], null));
            items.Remove(key);
        }
        var after = items.ToImmutable();
        current = new StoreSnapshot<T>(after, IndexAll(after), list.Metadata.ResourceVersion);
        return changes;
    }

    private static bool SameVersion(T left, T right) =>
        left.ResourceVersion() == right.ResourceVersion() && left.Uid() == right.Uid();

    private static StoreChange<T>[] Changes(T? old, T entity) =>
        old is not null && old.Uid() != entity.Uid()
            ? [new StoreChange<T>(old, null), new StoreChange<T>(null, entity)]
            : [new StoreChange<T>(old, entity)];

    private ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> EmptyIndexes() =>
        indexers.ToImmutableDictionary(
            i => i.Name,
            _ => ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>.Empty
        );

    private ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> IndexAll(
        ImmutableDictionary<ObjectKey, T> items
    ) =>
        indexers.ToImmutableDictionary(
            indexer => indexer.Name,
            indexer =>
                items
                    .SelectMany(item => indexer.Values(item.Value).Select(value => (value, item.Key)))
                    .GroupBy(pair => pair.value, pair => pair.Key)
                    .ToImmutableDictionary(group => group.Key, group => group.ToImmutableHashSet())
        );

    private ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> Index(
        ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> indexes,
        ObjectKey key,
        T entity
    )
    {
        foreach (var indexer in indexers)
        {
            var index = indexes[indexer.Name];
            foreach (var value in indexer.Values(entity))
            {
                index = index.SetItem(value, index.GetValueOrDefault(value, []).Add(key));
            }
            indexes = indexes.SetItem(indexer.Name, index);
        }
        return indexes;
    }

    private ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> Unindex(
        ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> indexes,
        ObjectKey key,
        T entity
    )
    {
        foreach (var indexer in indexers)
        {
            var index = indexes[indexer.Name];
            foreach (var value in indexer.Values(entity))
            {
                var keys = index.GetValueOrDefault(value, []).Remove(key);
                index = keys.IsEmpty ? index.Remove(value) : index.SetItem(value, keys);
            }
            indexes = indexes.SetItem(indexer.Name, index);
        }
        return indexes;
    }
}
