using System.Buffers.Binary;

namespace K8sLb.Sidecar.Relay.Framing.WebSocket;

/// <summary>The control frames that a relay sends on its own.</summary>
internal static class WebSocketBuilder
{
    /// <summary>RFC 6455 section 7.4.1: the endpoint is going away.</summary>
    public const ushort GoingAway = 1001;

    public const ushort ProtocolError = 1002;

    /// <summary>The longest frame below, masked.</summary>
    public const int MaxSize = 14;

    /// <summary>Close as a server sends it.</summary>
    public static int CloseToClient(Span<byte> to, ushort code)
    {
        to[0] = 0x80 | (byte)Opcode.Close;
        to[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], code);
        return 4;
    }

    /// <param name="mask">Fresh for every frame (section 5.3).</param>
    public static int CloseToApplication(Span<byte> to, ushort code, uint mask)
    {
        to[0] = 0x80 | (byte)Opcode.Close;
        to[1] = 0x80 | 2;
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], mask);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)(code ^ mask >> 16));
        return 8;
    }

    /// <summary>A heartbeat for the client; its Pong carries the same data back.</summary>
    public static int PingToClient(Span<byte> to, ulong opaque)
    {
        to[0] = 0x80 | (byte)Opcode.Ping;
        to[1] = 8;
        BinaryPrimitives.WriteUInt64BigEndian(to[2..], opaque);
        return 10;
    }
}
