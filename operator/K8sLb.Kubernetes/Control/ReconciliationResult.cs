using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>How a reconciliation ended.</summary>
public sealed record ReconciliationResult<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private ReconciliationResult() { }

    public required TEntity Entity { get; init; }
    public required bool IsSuccess { get; init; }
    public string? ErrorMessage { get; init; }
    public Exception? Error { get; init; }

    /// <summary>When to come back without a change; after a failure, null means the queue's back-off.</summary>
    public TimeSpan? RequeueAfter { get; init; }

    public static ReconciliationResult<TEntity> Success(TEntity entity, TimeSpan? requeueAfter = null) =>
        new()
        {
            Entity = entity,
            IsSuccess = true,
            RequeueAfter = requeueAfter,
        };

    public static ReconciliationResult<TEntity> Failure(
        TEntity entity,
        string errorMessage,
        Exception? error = null,
        TimeSpan? requeueAfter = null
    ) =>
        new()
        {
            Entity = entity,
            IsSuccess = false,
            ErrorMessage = errorMessage,
            Error = error,
            RequeueAfter = requeueAfter,
        };
}
