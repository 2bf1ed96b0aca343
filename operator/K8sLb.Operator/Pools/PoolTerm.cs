using System.Collections.Concurrent;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Pools;

/// <summary>The pools of one term of leading.</summary>
internal sealed class PoolTerm(PoolRunContext context) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ObjectKey, PoolRun> runs = new();

    /// <inheritdoc cref="PoolRunContext.IsHeld"/>
    public bool IsHeld => context.IsHeld();

    public PoolRun? Find(ObjectKey pool) => runs.GetValueOrDefault(pool);

    /// <summary>Called for one pool by one caller at a time.</summary>
    public async Task<PoolRun> GetAsync(BackendPool pool)
    {
        var key = pool.Key();
        if (runs.TryGetValue(key, out var known))
        {
            if (known.Uid == pool.Uid())
            {
                return known;
            }
            // Deleted and made anew under the same name.
            await RemoveAsync(key);
        }
        return runs[key] = new PoolRun(pool, context);
    }

    public async Task RemoveAsync(ObjectKey pool)
    {
        if (runs.TryRemove(pool, out var run))
        {
            await run.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in runs.Keys)
        {
            await RemoveAsync(pool);
        }
    }
}
