using System.Text.Json.Nodes;
using K8sLb.Operator.Directory;

namespace K8sLb.Operator.Injection;

/// <summary>What became of one pod.</summary>
/// <param name="Pool">The pool that it belongs to; null where none selects it.</param>
/// <param name="Pod">The one that was given, where the outcome is not <see cref="InjectionOutcome.Injected"/>.</param>
public sealed record InjectionResult(
    InjectionOutcome Outcome,
    PoolInForce? Pool,
    JsonObject Pod,
    IReadOnlyList<InjectionWarning> Warnings
);

public enum InjectionOutcome
{
    Injected,

    /// <summary>No pool selects it.</summary>
    NoPool,

    /// <summary>Label <c>k8slb.io/inject: disabled</c>.</summary>
    OptedOut,

    /// <summary>It has a container <c>k8slb-sidecar</c>, by hand or from an earlier injection.</summary>
    HasSidecar,

    /// <summary>The image of a pod that a kubelet runs from a file: what is changed in it, nobody runs.</summary>
    MirrorPod,
    HostNetwork,

    /// <summary>A container listens where the sidecar would have to.</summary>
    PortTaken,
}
