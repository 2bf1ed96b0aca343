using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Webhooks;

/// <summary>admission.k8s.io/v1: what the API server asks a webhook, and the same with the answer. Objects keep all their fields.</summary>
internal sealed record AdmissionReview
{
    public const string Version = "admission.k8s.io/v1";
    public const string KindName = "AdmissionReview";

    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public AdmissionRequest? Request { get; init; }
    public AdmissionResponse? Response { get; init; }
}

internal sealed record AdmissionRequest
{
    public string? Uid { get; init; }
    public string? Namespace { get; init; }

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    public string? Operation { get; init; }

    /// <summary>Nothing will be stored: nothing else may change either, events among it.</summary>
    public bool? DryRun { get; init; }
    public JsonObject? Object { get; init; }
    public JsonObject? OldObject { get; init; }
}

internal sealed record AdmissionResponse
{
    public required string Uid { get; init; }
    public required bool Allowed { get; init; }

    /// <summary>Why not, for people.</summary>
    public V1Status? Status { get; init; }

    /// <summary>Shown to whoever asked; from 1.19 on.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>JSON, which the API asks for in base64.</summary>
    public byte[]? Patch { get; init; }

    /// <summary>JSONPatch is the only one there is.</summary>
    public string? PatchType { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 128
)]
[JsonSerializable(typeof(AdmissionReview))]
[JsonSerializable(typeof(JsonArray))]
internal sealed partial class AdmissionJson : JsonSerializerContext;
