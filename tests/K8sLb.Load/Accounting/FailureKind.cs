using System.Text.Json.Serialization;

namespace K8sLb.Load;

/// <summary>How a request failed that a client which follows its protocol's rules could not help.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureKind>))]
public enum FailureKind
{
    /// <summary>The connection was refused.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>No route to the address.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,

    /// <summary>RST on a fresh connection, or in the middle of a response.</summary>
    [JsonStringEnumMemberName("reset")]
    Reset,

    /// <summary>FIN on a fresh connection before the response, or in the middle of it.</summary>
    [JsonStringEnumMemberName("cut")]
    Cut,

    /// <summary>A reused connection ended before the first byte of the response, and had not told so before.</summary>
    [JsonStringEnumMemberName("keepalive-lost")]
    KeepAliveLost,

    /// <summary>RST_STREAM in place of a whole response.</summary>
    [JsonStringEnumMemberName("stream-reset")]
    StreamReset,

    /// <summary>A WebSocket ended without a close frame (what browsers call 1006), or with one that tells of an error.</summary>
    [JsonStringEnumMemberName("ws-cut")]
    WebSocketCut,

    /// <summary>A polite close frame came, and the message before it was never answered.</summary>
    [JsonStringEnumMemberName("ws-unanswered")]
    WebSocketUnanswered,

    /// <summary>A gRPC call whose status is not OK.</summary>
    [JsonStringEnumMemberName("grpc-status")]
    GrpcStatus,

    [JsonStringEnumMemberName("timeout")]
    Timeout,

    [JsonStringEnumMemberName("5xx")]
    ServerError,

    /// <summary>A status that was not asked for and is no 5xx.</summary>
    [JsonStringEnumMemberName("status")]
    UnexpectedStatus,

    /// <summary>A response whose body is not the one asked for.</summary>
    [JsonStringEnumMemberName("corrupt")]
    Corrupt,

    /// <summary>Bytes that break the protocol's rules.</summary>
    [JsonStringEnumMemberName("protocol")]
    Protocol,
}
