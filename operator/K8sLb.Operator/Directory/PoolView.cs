using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Directory;

/// <summary>A pool as the API server has it.</summary>
public sealed record PoolView
{
    public required BackendPool Resource { get; init; }

    /// <summary>The last spec that was valid, this one where it is; null where none was since this process started.</summary>
    public required AcceptedSpec? InForce { get; init; }

    /// <summary>What is wrong with the spec at hand.</summary>
    public required IReadOnlyList<FieldError> Errors { get; init; }

    /// <summary>Pods of this pool, those left out that an older pool has.</summary>
    public required IReadOnlyList<V1Pod> Pods { get; init; }

    /// <summary>Pods that are selected but belong to an older pool.</summary>
    public required IReadOnlyList<PodConflict> Conflicts { get; init; }
}

public sealed record PodConflict(string Pod, string Owner);
