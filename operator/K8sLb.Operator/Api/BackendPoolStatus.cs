using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;
using K8sLb.Protocol;

namespace K8sLb.Operator.Api;

public sealed record BackendPoolStatus
{
    public long? ObservedGeneration { get; set; }
    public long? Version { get; set; }
    public MemberCounts? Members { get; set; }
    public int? Connections { get; set; }
    public AccountStatus? ConnectionTotals { get; set; }
    public IList<SidecarVersionStatus>? SidecarVersions { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? Eta { get; set; }
    public IList<EndpointStatus>? Endpoints { get; set; }
    public int? EndpointsOmitted { get; set; }
    public IList<V1Condition>? Conditions { get; set; }
}

public sealed record SidecarVersionStatus
{
    [Required]
    public string Version { get; set; } = "";

    [Required]
    public int Pods { get; set; }
}

public sealed record AccountStatus
{
    [Required]
    public long Opened { get; set; }

    [Required]
    public long Finished { get; set; }

    [Required]
    public long Released { get; set; }

    [Required]
    public long Forced { get; set; }
    public IList<EndedStatus>? Ended { get; set; }
}

public sealed record EndedStatus
{
    [Required]
    public ClientProtocol Protocol { get; set; }

    [Required]
    public EndReason Reason { get; set; }

    [Required]
    public long Count { get; set; }
}

public sealed record MemberCounts
{
    [Required]
    public int Total { get; set; }

    [Required]
    public int Ready { get; set; }

    [Required]
    public int Draining { get; set; }
}
