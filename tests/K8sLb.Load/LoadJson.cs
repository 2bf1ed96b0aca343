using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sLb.Load;

/// <summary>What <c>K8sLb.Load</c> reads: one line on its standard input.</summary>
/// <param name="Http1">Address of the HTTP/1.1 port, such as <c>10.96.0.20:80</c>.</param>
/// <param name="Http2">Address of the HTTP/2 port.</param>
/// <param name="AwaitSeconds">The load begins when both addresses accept connections, or so long afterwards.</param>
public sealed record LoadOrder(string Http1, string Http2, string Host, LoadPlan Plan, int AwaitSeconds = 0);

/// <summary>What <c>K8sLb.Load</c> prints, a line each: progress four times a second, and a report at the end.</summary>
public sealed record LoadOutput
{
    public LoadProgress? Progress { get; init; }
    public LoadReport? Report { get; init; }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(LoadOrder))]
[JsonSerializable(typeof(LoadOutput))]
public sealed partial class LoadJson : JsonSerializerContext;
