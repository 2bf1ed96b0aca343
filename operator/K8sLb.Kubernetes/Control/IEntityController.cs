using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Brings the world to what an entity asks for. Never called for the same entity at the same time.</summary>
public interface IEntityController<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Called with the latest state after any change, any number of times; an exception leads to a retry with back-off.</summary>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>The entity is gone; <paramref name="entity"/> is the last state that was seen.</summary>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}
