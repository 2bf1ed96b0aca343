using System.Buffers.Binary;

namespace K8sLb.Sidecar.Relay.Framing.Http2;

/// <summary>The relay's own PING to a client. Its answer is not for the application, which never asked.</summary>
internal struct OwnPing
{
    private const int PayloadLength = 8;

    /// <summary>One that another was sent behind; 0 where its answer has come.</summary>
    private ulong overtaken;

    /// <summary>Opaque data of the one that is out; 0 where none is.</summary>
    public ulong Opaque { get; private set; }
    public bool IsAnswered { get; private set; }

    public void Sent(ulong opaque) => (overtaken, Opaque, IsAnswered) = (Opaque, opaque, false);

    /// <returns>Whether the frame is an answer to the relay's.</returns>
    public bool TryTakeAnswer(in FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (!frame.Has(FrameFlags.Ack) || payload.Length != PayloadLength)
        {
            return false;
        }
        var opaque = BinaryPrimitives.ReadUInt64BigEndian(payload);
        if (opaque != 0 && opaque == Opaque)
        {
            (Opaque, IsAnswered) = (0, true);
            return true;
        }
        if (opaque != 0 && opaque == overtaken)
        {
            overtaken = 0;
            return true;
        }
        return false;
    }
}
