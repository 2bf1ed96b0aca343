using System.Text.Json;

namespace K8sLb.Operator.Injection;

/// <summary>What sidecars are made of; the same for every pod.</summary>
public sealed record InjectionSettings
{
    public required string Image { get; init; }
    public string ImagePullPolicy { get; init; } = "IfNotPresent";

    /// <summary>The operator's, which is the sidecar's that it was released with.</summary>
    public required string Version { get; init; }

    /// <summary>What sidecars dial, such as <c>https://k8slb.k8slb-system.svc:15010</c>. Plain http goes without token and authorities.</summary>
    public required string OperatorAddress { get; init; }

    /// <summary>The name in the operator's certificate, where the address does not say it.</summary>
    public string? OperatorName { get; init; }

    /// <summary>A container's <c>resources</c>.</summary>
    public required JsonElement Resources { get; init; }

    /// <summary>The server knows init containers with <c>restartPolicy: Always</c>, as those from 1.29 on do.</summary>
    public bool NativeSidecars { get; init; }

    /// <summary>Every kubelet of the cluster sends the headers of a hook, as those from 1.26 on do.</summary>
    public bool HookHeaders { get; init; }

    /// <summary>Sidecars serve figures on the pod's address, not on loopback alone.</summary>
    public bool MetricsOnPod { get; init; }

    public bool UsesTls => OperatorAddress.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
