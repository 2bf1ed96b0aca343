namespace K8sLb.Sidecar.WebSockets;

/// <summary>
/// Follows the frames of one direction of a WebSocket (RFC 6455, section 5.2) through chunks of any size, without copying
/// or changing them.
/// </summary>
public struct FrameScanner
{
    private const int FinBit = 0x80;
    private const int OpcodeBits = 0x0F;
    private const int MaskBit = 0x80;
    private const int LengthBits = 0x7F;

    private int headerSeen;
    private int headerLength;
    private int extendedLeft;
    private byte first;
    private long payloadLeft;
    private bool inMessage;

    /// <summary>The bytes were no WebSocket frames: from here on no place is known to be a boundary.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Neither within a frame nor between the fragments of a message.</summary>
    public readonly bool AtMessageBoundary => headerSeen == 0 && !inMessage && !IsLost;

    /// <summary>Takes bytes up to the end of the current frame, or all of them.</summary>
    /// <param name="ended">The frame that ended with the last byte taken, or null.</param>
    /// <returns>How many bytes were taken.</returns>
    public int Advance(ReadOnlySpan<byte> data, out FrameEnd? ended)
    {
        ended = null;
        if (IsLost)
        {
            return data.Length;
        }
        var taken = 0;
        while (taken < data.Length && (headerSeen < 2 || headerSeen < headerLength))
        {
            TakeHeaderByte(data[taken++]);
        }
        if (headerSeen < 2 || headerSeen < headerLength)
        {
            return taken;
        }
        if (payloadLeft < 0)
        {
            IsLost = true;
            return data.Length;
        }
        var payload = (int)Math.Min(payloadLeft, data.Length - taken);
        payloadLeft -= payload;
        if (payloadLeft == 0)
        {
            ended = End();
        }
        return taken + payload;
    }

    private void TakeHeaderByte(byte next)
    {
        switch (headerSeen++)
        {
            case 0:
                first = next;
                break;
            case 1:
                var length = next & LengthBits;
                var extended =
                    length == 126 ? 2
                    : length == 127 ? 8
                    : 0;
                headerLength = 2 + extended + ((next & MaskBit) != 0 ? 4 : 0);
                payloadLeft = extended == 0 ? length : 0;
                extendedLeft = extended;
                break;
            default:
                if (extendedLeft > 0)
                {
                    extendedLeft--;
                    payloadLeft = (payloadLeft << 8) | next;
                }
                break;
        }
    }

    private FrameEnd End()
    {
        headerSeen = 0;
        var opcode = (Opcode)(first & OpcodeBits);
        if (opcode >= Opcode.Close)
        {
            return new(opcode, EndsMessage: false);
        }
        inMessage = (first & FinBit) == 0;
        return new(opcode, EndsMessage: !inMessage);
    }
}

/// <param name="EndsMessage">It was the last frame of a data message; never so for control frames.</param>
public readonly record struct FrameEnd(Opcode Opcode, bool EndsMessage);

/// <summary>RFC 6455, section 11.8.</summary>
public enum Opcode
{
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}
