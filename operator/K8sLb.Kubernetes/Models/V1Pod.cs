using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Json;

namespace K8sLb.Kubernetes.Models;

[KubernetesEntity(ApiVersion = "v1", Kind = "Pod", PluralName = "pods")]
public sealed record V1Pod : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "v1";
    public string Kind { get; set; } = "Pod";
    public V1ObjectMeta Metadata { get; set; } = new();
    public V1PodSpec? Spec { get; set; }
    public V1PodStatus? Status { get; set; }
}

public sealed record V1PodSpec
{
    public string? NodeName { get; set; }
    public string? ServiceAccountName { get; set; }

    /// <summary>Always, OnFailure or Never.</summary>
    public string? RestartPolicy { get; set; }
    public long? TerminationGracePeriodSeconds { get; set; }
    public IList<V1Container> Containers { get; set; } = [];
    public IList<V1Container>? InitContainers { get; set; }
}

public sealed record V1Container
{
    public string Name { get; set; } = "";
    public string? Image { get; set; }

    /// <summary><c>Always</c> on an init container makes it a native sidecar.</summary>
    public string? RestartPolicy { get; set; }
    public IList<V1ContainerPort>? Ports { get; set; }
}

public sealed record V1ContainerPort
{
    public string? Name { get; set; }
    public int ContainerPort { get; set; }
    public string? Protocol { get; set; }
}

public sealed record V1PodStatus
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; set; }

    [JsonPropertyName("podIP")]
    public string? PodIP { get; set; }

    /// <summary>All of them, where the cluster has two families; the first is <see cref="PodIP"/>.</summary>
    [JsonPropertyName("podIPs")]
    public IList<V1PodIP>? PodIPs { get; set; }
    public string? Reason { get; set; }
    public IList<V1PodCondition>? Conditions { get; set; }
    public IList<V1ContainerStatus>? ContainerStatuses { get; set; }
    public IList<V1ContainerStatus>? InitContainerStatuses { get; set; }
}

public sealed record V1PodIP
{
    public string? Ip { get; set; }
}

public sealed record V1PodCondition
{
    public string Type { get; set; } = "";

    /// <summary>True, False or Unknown.</summary>
    public string Status { get; set; } = "";
    public string? Reason { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; set; }
}

public sealed record V1ContainerStatus
{
    public string Name { get; set; } = "";
    public bool Ready { get; set; }
    public int RestartCount { get; set; }

    // The API server refuses a status without these two, so they are written even where nobody set them.
    public string Image { get; set; } = "";

    [JsonPropertyName("imageID")]
    public string ImageID { get; set; } = "";
    public V1ContainerState? State { get; set; }
}

/// <summary>At most one member is set.</summary>
public sealed record V1ContainerState
{
    public V1ContainerStateRunning? Running { get; set; }
    public V1ContainerStateWaiting? Waiting { get; set; }
    public V1ContainerStateTerminated? Terminated { get; set; }
}

public sealed record V1ContainerStateRunning
{
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? StartedAt { get; set; }
}

public sealed record V1ContainerStateWaiting
{
    public string? Reason { get; set; }
}

public sealed record V1ContainerStateTerminated
{
    public int ExitCode { get; set; }
    public string? Reason { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? FinishedAt { get; set; }
}
