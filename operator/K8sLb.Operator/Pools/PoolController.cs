using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Pools;

/// <summary>Reconciles pools while this process leads; does nothing else.</summary>
internal sealed class PoolController(Leading leading) : IEntityController<BackendPool>
{
    public async Task<ReconciliationResult<BackendPool>> ReconcileAsync(
        BackendPool entity,
        CancellationToken cancellationToken
    )
    {
        // A process that was stopped for long finds everybody silent when it goes on; by then another one leads.
        if (leading.Term is not { IsHeld: true } term)
        {
            return ReconciliationResult<BackendPool>.Success(entity);
        }
        var run = await term.GetAsync(entity);
        return ReconciliationResult<BackendPool>.Success(entity, run.Reconcile());
    }

    public async Task<ReconciliationResult<BackendPool>> DeletedAsync(
        BackendPool entity,
        CancellationToken cancellationToken
    )
    {
        if (leading.Term is { } term)
        {
            await term.RemoveAsync(entity.Key());
        }
        return ReconciliationResult<BackendPool>.Success(entity);
    }
}
