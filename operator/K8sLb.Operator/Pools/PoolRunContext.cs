using K8sLb.Core.Balancing;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Sessions;

namespace K8sLb.Operator.Pools;

/// <summary>What every pool of a term shares.</summary>
internal sealed record PoolRunContext
{
    /// <summary>The term's fencing number.</summary>
    public required long Epoch { get; init; }

    /// <summary>Whether the term is still this process's, by the clock; without it, nothing is decided.</summary>
    public Func<bool> IsHeld { get; init; } = () => true;
    public required PoolDirectory Directory { get; init; }
    public required IEventRecorder Events { get; init; }

    /// <summary>Writes a status; fails where the pool has another UID by now.</summary>
    public required Func<ObjectKey, string, BackendPoolStatus, CancellationToken, Task> WriteStatus { get; init; }

    /// <summary>Of this operator.</summary>
    public string OperatorVersion { get; init; } = AttachEndpoint.OperatorVersion;

    /// <summary>Where the keys of sessions are kept.</summary>
    public required ISessionKeyStore SessionKeys { get; init; }

    /// <summary>What is wrong with the trust of sidecars in a namespace; null where all is well.</summary>
    public Func<string, string?> TrustProblem { get; init; } = _ => null;

    /// <summary>Writes a pod's cost of deletion, in the pool's namespace; fails where the pod has another UID by now.</summary>
    public required Func<string, PodCost, CancellationToken, Task> WriteCost { get; init; }

    /// <summary>A sidecar of the pool said something.</summary>
    public required Action<ObjectKey, MemberChange> Changed { get; init; }

    /// <inheritdoc cref="Hosting.OperatorOptions.SettleTime"/>
    public required TimeSpan SettleTime { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILogger Logger { get; init; }
}
