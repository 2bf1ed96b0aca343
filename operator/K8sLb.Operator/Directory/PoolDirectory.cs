using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Directory;

/// <summary>
/// Which pod belongs to which pool. Fed by the informers; tells its listener which pools are to be looked at again. Also kept
/// up to date by a replica that does not lead, so that it can take over at once.
/// </summary>
public sealed class PoolDirectory(Action<ObjectKey> changed)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, NamespaceDirectory> namespaces = new(StringComparer.Ordinal);

    public void OnPool(StoreChange<BackendPool> change)
    {
        IReadOnlyCollection<string> affected;
        var key = change.Latest.Key();
        lock (gate)
        {
            var pools = Namespace(key.Namespace);
            affected = change.New is { } pool ? pools.SetPool(pool) : pools.RemovePool(key.Name);
            DropIfEmpty(key.Namespace, pools);
        }
        Tell(key.Namespace, affected);
    }

    public void OnPod(StoreChange<V1Pod> change)
    {
        IReadOnlyCollection<string> affected;
        var key = change.Latest.Key();
        lock (gate)
        {
            var pods = Namespace(key.Namespace);
            affected = change.New is { } pod ? pods.SetPod(pod) : pods.RemovePod(key.Name);
            DropIfEmpty(key.Namespace, pods);
        }
        Tell(key.Namespace, affected);
    }

    /// <returns>Null where there is no such pool.</returns>
    public PoolView? Find(ObjectKey pool)
    {
        lock (gate)
        {
            return namespaces.GetValueOrDefault(pool.Namespace)?.View(pool.Name);
        }
    }

    /// <returns>The pod, where there is one of that name, and its pool, where one selects it.</returns>
    public (V1Pod? Pod, ObjectKey? Pool) FindPod(ObjectKey pod)
    {
        lock (gate)
        {
            var (found, pool) = namespaces.GetValueOrDefault(pod.Namespace)?.FindPod(pod.Name) ?? default;
            return (found, pool is null ? null : new ObjectKey(pod.Namespace, pool));
        }
    }

    /// <returns>The namespace's pools that have a valid spec, the oldest first.</returns>
    public IReadOnlyList<PoolInForce> InForce(string @namespace)
    {
        lock (gate)
        {
            return namespaces.GetValueOrDefault(@namespace)?.InForce() ?? [];
        }
    }

    private NamespaceDirectory Namespace(string name)
    {
        if (!namespaces.TryGetValue(name, out var directory))
        {
            namespaces[name] = directory = new NamespaceDirectory();
        }
        return directory;
    }

    private void DropIfEmpty(string name, NamespaceDirectory directory)
    {
        if (directory.IsEmpty)
        {
            namespaces.Remove(name);
        }
    }

    private void Tell(string @namespace, IReadOnlyCollection<string> pools)
    {
        foreach (var pool in pools)
        {
            changed(new ObjectKey(@namespace, pool));
        }
    }
}
