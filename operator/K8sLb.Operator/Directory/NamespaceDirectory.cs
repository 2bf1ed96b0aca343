using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Directory;

/// <summary>
/// Pools and pods of one namespace, indexed by each other. A change of a pod looks at the namespace's pools, a change of a
/// pool at its pods; nothing else is touched. Every change answers with the pools that see it.
/// </summary>
internal sealed class NamespaceDirectory
{
    private readonly Dictionary<string, PodEntry> pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PoolEntry> pools = new(StringComparer.Ordinal);

    public bool IsEmpty => pods.Count == 0 && pools.Count == 0;

    public IReadOnlyCollection<string> SetPod(V1Pod pod)
    {
        var affected = new HashSet<string>(StringComparer.Ordinal);
        if (pods.TryGetValue(pod.Name(), out var entry))
        {
            entry.Pod = pod;
        }
        else
        {
            pods[pod.Name()] = entry = new PodEntry(pod);
        }
        Assign(entry, affected);
        return affected;
    }

    public IReadOnlyCollection<string> RemovePod(string name)
    {
        var affected = new HashSet<string>(StringComparer.Ordinal);
        if (pods.Remove(name, out var entry))
        {
            Withdraw(entry, affected);
        }
        return affected;
    }

    public IReadOnlyCollection<string> SetPool(BackendPool pool)
    {
        var affected = new HashSet<string>(StringComparer.Ordinal) { pool.Name() };
        var known = pools.GetValueOrDefault(pool.Name());
        if (known is null || known.Resource.Uid() != pool.Uid())
        {
            pools[pool.Name()] = new PoolEntry(pool);
            AssignAll(affected);
        }
        else if (known.Update(pool))
        {
            AssignAll(affected);
        }
        return affected;
    }

    public IReadOnlyCollection<string> RemovePool(string name)
    {
        var affected = new HashSet<string>(StringComparer.Ordinal) { name };
        if (pools.Remove(name))
        {
            AssignAll(affected);
        }
        return affected;
    }

    public PoolView? View(string name)
    {
        if (!pools.TryGetValue(name, out var pool))
        {
            return null;
        }
        return new PoolView
        {
            Resource = pool.Resource,
            InForce = pool.InForce,
            Errors = pool.Errors,
            Pods = [.. pool.Pods.Select(p => pods[p].Pod)],
            Conflicts = [.. pool.Contested.Select(p => new PodConflict(p, pods[p].Owner!)).OrderBy(c => c.Pod)],
        };
    }

    public (V1Pod? Pod, string? Pool) FindPod(string name) =>
        pods.TryGetValue(name, out var entry) ? (entry.Pod, entry.Owner) : default;

    /// <summary>In the order in which they get pods.</summary>
    public IReadOnlyList<PoolInForce> InForce() =>
        [
            .. OldestFirst(pools.Values.Where(p => p.InForce is not null))
                .Select(p => new PoolInForce(p.Resource, p.InForce!)),
        ];

    private static IOrderedEnumerable<PoolEntry> OldestFirst(IEnumerable<PoolEntry> entries) =>
        entries
            .OrderBy(p => p.Resource.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue)
            .ThenBy(p => p.Resource.Name(), StringComparer.Ordinal);

    private void AssignAll(HashSet<string> affected)
    {
        foreach (var pod in pods.Values)
        {
            Assign(pod, affected, changesOnly: true);
        }
    }

    /// <param name="changesOnly">The pod itself is as before: its pools need not look at it.</param>
    private void Assign(PodEntry pod, HashSet<string> affected, bool changesOnly = false)
    {
        var matching = OldestFirst(
                pools.Values.Where(p => p.InForce?.Selector.Matches(pod.Pod.Metadata.Labels) == true)
            )
            .Select(p => p.Resource.Name())
            .ToArray();
        if (changesOnly && matching.SequenceEqual(pod.Selecting) && IsRegistered(pod))
        {
            return;
        }
        Withdraw(pod, affected);
        pod.Selecting = matching;
        affected.UnionWith(matching);
        foreach (var name in matching)
        {
            (name == pod.Owner ? pools[name].Pods : pools[name].Contested).Add(pod.Pod.Name());
        }
    }

    private bool IsRegistered(PodEntry pod) =>
        pod.Selecting.All(p => (p == pod.Owner ? pools[p].Pods : pools[p].Contested).Contains(pod.Pod.Name()));

    private void Withdraw(PodEntry pod, HashSet<string> affected)
    {
        foreach (var name in pod.Selecting)
        {
            if (pools.TryGetValue(name, out var pool))
            {
                pool.Pods.Remove(pod.Pod.Name());
                pool.Contested.Remove(pod.Pod.Name());
                affected.Add(name);
            }
        }
        pod.Selecting = [];
    }

    private sealed class PodEntry(V1Pod pod)
    {
        public V1Pod Pod { get; set; } = pod;

        /// <summary>Names of the pools that select it, the oldest first.</summary>
        public string[] Selecting { get; set; } = [];

        public string? Owner => Selecting.Length > 0 ? Selecting[0] : null;
    }
}
