using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using K8sLb.Core;
using K8sLb.Kubernetes.Json;

namespace K8sLb.Operator.Api;

/// <summary>One member. Also what an operator that takes over knows of decisions made before, so times keep their microseconds.</summary>
public sealed record EndpointStatus
{
    [Required]
    public string Pod { get; set; } = "";

    [Required]
    public string Uid { get; set; } = "";

    [Required]
    public MemberPhase Phase { get; set; }

    [Required]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset Since { get; set; }
    public string? Message { get; set; }

    [Required]
    public int Weight { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? InServiceSince { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? WarmingSince { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? HeldBackSince { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? CircuitOpenSince { get; set; }
    public long? AcknowledgedVersion { get; set; }
    public EndpointConnections? Connections { get; set; }
    public int? InFlight { get; set; }
    public EndpointEjection? Ejection { get; set; }
    public EndpointDrain? Drain { get; set; }
}

public sealed record EndpointEjection
{
    [Required]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset At { get; set; }

    [Required]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset Until { get; set; }

    [Required]
    public int Times { get; set; }

    [Required]
    public long FailedBefore { get; set; }

    [Required]
    public string Why { get; set; } = "";
}

public sealed record EndpointConnections
{
    [Required]
    public int Http1 { get; set; }

    [Required]
    public int Http2 { get; set; }

    [Required]
    public int WebSocket { get; set; }

    [Required]
    public int Tcp { get; set; }
}

public sealed record EndpointDrain
{
    [Required]
    public string Id { get; set; } = "";

    [Required]
    public DrainReason Reason { get; set; }

    [Required]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset StartedAt { get; set; }

    [Required]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset RampDownEndsAt { get; set; }

    [Required]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset Deadline { get; set; }
    public bool? StartedBySidecar { get; set; }
    public int? Initial { get; set; }
    public int? Remaining { get; set; }
    public long? Released { get; set; }
    public long? Forced { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? Eta { get; set; }
}
