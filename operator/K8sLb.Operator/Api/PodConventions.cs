namespace K8sLb.Operator.Api;

/// <summary>What a pod says to the operator.</summary>
public static class PodConventions
{
    /// <summary>Its readiness is left out of the pod's: it fails its own probe while it drains.</summary>
    public const string SidecarContainer = "k8slb-sidecar";

    /// <summary><c>"true"</c> asks for a drain; taking it away cancels that.</summary>
    public const string DrainAnnotation = "k8slb.io/drain";

    /// <summary>Kubernetes' own: of a ReplicaSet's pods, those with the lowest are removed first (1.22 on).</summary>
    public const string DeletionCostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>0 to 1000; 100 where there is none.</summary>
    public const string WeightAnnotation = "k8slb.io/weight";

    /// <summary>On a pod: <c>disabled</c> keeps injection away.</summary>
    public const string InjectLabel = "k8slb.io/inject";
    public const string InjectDisabled = "disabled";

    /// <summary>Written by injection: what it put in, as JSON with version, image and ports.</summary>
    public const string InjectedAnnotation = "k8slb.io/injected";
}
