using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Json;

namespace K8sLb.Kubernetes.Models;

/// <summary>metav1.Condition. The API refuses one without reason or lastTransitionTime.</summary>
public sealed record V1Condition
{
    public string Type { get; set; } = "";

    /// <summary>True, False or Unknown.</summary>
    public string Status { get; set; } = "";

    /// <summary>CamelCase.</summary>
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
    public long? ObservedGeneration { get; set; }

    /// <summary>When <see cref="Status"/> last changed; whole seconds on the wire.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset LastTransitionTime { get; set; }
}
