using System.Buffers.Binary;

namespace K8sLb.Sidecar.Relay.Framing.WebSocket;

internal enum WebSocketStep : byte
{
    /// <summary>Keep what is there and bring more.</summary>
    NeedMore,

    /// <summary>A header was consumed; a control frame with its whole payload.</summary>
    Frame,

    /// <summary>Payload of the frame announced before.</summary>
    Payload,

    /// <summary>RFC 6455 section 5 is broken; the receiver would fail the connection with 1002.</summary>
    Invalid,
}

/// <summary>Frame and message boundaries in one direction. Control frames may stand between the fragments of a message.</summary>
internal struct WebSocketScanner
{
    private readonly bool expectsMask;
    private long payloadRemaining;
    private bool inMessage;

    private WebSocketScanner(bool expectsMask) => this.expectsMask = expectsMask;

    /// <summary>Between two frames.</summary>
    public readonly bool AtFrameBoundary => payloadRemaining == 0;

    /// <summary>Between two messages: a Close frame cuts nothing here.</summary>
    public readonly bool AtMessageBoundary => payloadRemaining == 0 && !inMessage;

    public readonly long PayloadRemaining => payloadRemaining;

    /// <summary>A client masks every frame (section 5.1).</summary>
    public static WebSocketScanner OfClient() => new(expectsMask: true);

    /// <summary>A server masks none.</summary>
    public static WebSocketScanner OfServer() => new(expectsMask: false);

    public WebSocketStep Next(ReadOnlySpan<byte> input, out int consumed, out WebSocketFrame frame)
    {
        frame = default;
        consumed = 0;
        if (payloadRemaining > 0)
        {
            consumed = (int)Math.Min(payloadRemaining, input.Length);
            payloadRemaining -= consumed;
            return consumed == 0 ? WebSocketStep.NeedMore : WebSocketStep.Payload;
        }
        if (!TryReadHeader(input, out frame))
        {
            return WebSocketStep.NeedMore;
        }
        if (!IsValid(frame))
        {
            return WebSocketStep.Invalid;
        }
        if (!frame.IsControl)
        {
            consumed = frame.HeaderLength;
            payloadRemaining = frame.PayloadLength;
            inMessage = !frame.IsFinal;
            return WebSocketStep.Frame;
        }
        var whole = frame.HeaderLength + (int)frame.PayloadLength;
        if (input.Length < whole)
        {
            return WebSocketStep.NeedMore;
        }
        consumed = whole;
        return WebSocketStep.Frame;
    }

    /// <summary>Accounts for payload that was moved past this scanner.</summary>
    public void Skip(long count) => payloadRemaining -= count;

    private readonly bool IsValid(in WebSocketFrame frame) =>
        frame.IsMasked == expectsMask
        && frame.PayloadLength >= 0
        && frame.Opcode switch
        {
            Opcode.Continuation => inMessage,
            Opcode.Text or Opcode.Binary => !inMessage,
            Opcode.Close or Opcode.Ping or Opcode.Pong => frame.IsFinal
                && frame.PayloadLength <= WebSocketFrame.MaxControlPayload,
            _ => false,
        };

    private static bool TryReadHeader(ReadOnlySpan<byte> input, out WebSocketFrame frame)
    {
        frame = default;
        if (input.Length < 2)
        {
            return false;
        }
        var masked = (input[1] & 0x80) != 0;
        var length = (long)(input[1] & 0x7f);
        var extended = length switch
        {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        var header = 2 + extended + (masked ? 4 : 0);
        if (input.Length < header)
        {
            return false;
        }
        length = extended switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(input[2..]),
            8 => BinaryPrimitives.ReadInt64BigEndian(input[2..]),
            _ => length,
        };
        frame = new WebSocketFrame((Opcode)(input[0] & 0x0f), (input[0] & 0x80) != 0, masked, header, length);
        return true;
    }
}
