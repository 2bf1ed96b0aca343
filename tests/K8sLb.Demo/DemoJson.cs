using System.Text.Json.Serialization;

namespace K8sLb.Demo;

/// <summary>What the demo prints and writes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = false
)]
[JsonSerializable(typeof(DemoLine))]
[JsonSerializable(typeof(DemoSummary))]
[JsonSerializable(typeof(ScaleSummary))]
[JsonSerializable(typeof(List<EnduranceResult>))]
[JsonSerializable(typeof(EndToEndSummary))]
internal sealed partial class DemoJson : JsonSerializerContext;
