using System.Text.Json.Serialization;

namespace K8sLb.Load;

/// <summary>A kind of client behaviour, accounted for separately.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LoadClass>))]
public enum LoadClass
{
    /// <summary>HTTP/1.1 connections kept open, each with a rhythm of its own.</summary>
    [JsonStringEnumMemberName("keep-alive")]
    KeepAlive,

    /// <summary>A connection for each request.</summary>
    [JsonStringEnumMemberName("new-connection")]
    NewConnection,

    /// <summary>HTTP/1.1 connections kept open, whose responses take up to two seconds.</summary>
    [JsonStringEnumMemberName("slow")]
    Slow,

    /// <summary>Concurrent requests on few HTTP/2 connections.</summary>
    [JsonStringEnumMemberName("http2")]
    Http2,

    /// <summary>gRPC: unary calls and a bidirectional stream on each of few HTTP/2 connections.</summary>
    [JsonStringEnumMemberName("grpc")]
    Grpc,

    /// <summary>Messages and their echoes on connections kept open.</summary>
    [JsonStringEnumMemberName("websocket")]
    WebSocket,
}
