using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Json;

namespace K8sLb.Kubernetes.Models;

/// <summary>An event of events.k8s.io/v1.</summary>
[KubernetesEntity(Group = "events.k8s.io", ApiVersion = "v1", Kind = "Event", PluralName = "events")]
public sealed record Eventsv1Event : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "events.k8s.io/v1";
    public string Kind { get; set; } = "Event";
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>When it was first observed.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; set; }
    public Eventsv1EventSeries? Series { get; set; }
    public string? ReportingController { get; set; }
    public string? ReportingInstance { get; set; }
    public string? Action { get; set; }
    public string? Reason { get; set; }
    public V1ObjectReference? Regarding { get; set; }
    public V1ObjectReference? Related { get; set; }

    /// <summary>At most 1,024 bytes.</summary>
    public string? Note { get; set; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; set; }
}

public sealed record Eventsv1EventSeries
{
    /// <summary>At least 2: the first one is the event itself.</summary>
    public int Count { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset LastObservedTime { get; set; }
}
