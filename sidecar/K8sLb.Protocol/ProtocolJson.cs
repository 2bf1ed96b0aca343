using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sLb.Protocol;

/// <summary>
/// The only serialiser of the wire contract: camelCase, enums by name, nulls left out and refused where a value must be,
/// unknown fields ignored.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SidecarMessage))]
[JsonSerializable(typeof(OperatorMessage))]
[JsonSerializable(typeof(MemberSnapshot))]
[JsonSerializable(typeof(PoolState))]
[JsonSerializable(typeof(PoolLoads))]
[JsonSerializable(typeof(SelfDirective))]
[JsonSerializable(typeof(DrainReport))]
public sealed partial class ProtocolJson : JsonSerializerContext;
