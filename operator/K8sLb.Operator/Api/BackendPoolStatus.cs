using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Api;

public sealed record BackendPoolStatus
{
    public long? ObservedGeneration { get; set; }
    public long? Version { get; set; }
    public MemberCounts? Members { get; set; }
    public int? Connections { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? Eta { get; set; }
    public IList<EndpointStatus>? Endpoints { get; set; }
    public int? EndpointsOmitted { get; set; }
    public IList<V1Condition>? Conditions { get; set; }
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
