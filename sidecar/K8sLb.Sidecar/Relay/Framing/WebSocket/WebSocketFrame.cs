namespace K8sLb.Sidecar.Relay.Framing.WebSocket;

internal enum Opcode : byte
{
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}

/// <summary>A frame's header (RFC 6455 section 5.2). RSV bits belong to extensions and are passed as they are.</summary>
/// <param name="HeaderLength">With extended length and mask.</param>
internal readonly record struct WebSocketFrame(
    Opcode Opcode,
    bool IsFinal,
    bool IsMasked,
    int HeaderLength,
    long PayloadLength
)
{
    public const int MaxControlPayload = 125;

    public bool IsControl => ((byte)Opcode & 0x8) != 0;
}
