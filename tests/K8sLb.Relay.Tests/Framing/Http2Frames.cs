using System.Buffers.Binary;
using K8sLb.Sidecar.Relay.Framing.Http2;

namespace K8sLb.Relay.Tests.Framing;

/// <summary>Frames as a peer would send them.</summary>
internal static class Http2Frames
{
    public static byte[] Preface => FrameScanner.ClientPreface.ToArray();

    public static byte[] Frame(FrameType type, FrameFlags flags, uint stream, params byte[] payload)
    {
        var frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(payload.Length, type, flags, stream).Write(frame);
        payload.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    public static byte[] Headers(uint stream, bool end = false, bool whole = true, int size = 20) =>
        Frame(
            FrameType.Headers,
            (end ? FrameFlags.EndStream : 0) | (whole ? FrameFlags.EndHeaders : 0),
            stream,
            new byte[size]
        );

    public static byte[] Continuation(uint stream, bool whole, int size = 10) =>
        Frame(FrameType.Continuation, whole ? FrameFlags.EndHeaders : 0, stream, new byte[size]);

    public static byte[] Data(uint stream, int size, bool end = false) =>
        Frame(FrameType.Data, end ? FrameFlags.EndStream : 0, stream, new byte[size]);

    public static byte[] Reset(uint stream, uint code = 8) => Frame(FrameType.RstStream, 0, stream, Number(code));

    public static byte[] Settings(params (ushort Id, uint Value)[] values) =>
        Frame(
            FrameType.Settings,
            0,
            0,
            [.. values.SelectMany(value => (byte[])[(byte)(value.Id >> 8), (byte)value.Id, .. Number(value.Value)])]
        );

    public static byte[] Ping(ulong opaque, bool ack = false)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(payload, opaque);
        return Frame(FrameType.Ping, ack ? FrameFlags.Ack : 0, 0, payload);
    }

    public static byte[] WindowUpdate(uint stream) => Frame(FrameType.WindowUpdate, 0, stream, Number(1));

    public static byte[] GoAway(uint last) => Frame(FrameType.GoAway, 0, 0, [.. Number(last), .. Number(0)]);

    public static byte[] PushPromise(uint stream, uint promised) =>
        Frame(FrameType.PushPromise, FrameFlags.EndHeaders, stream, [.. Number(promised), 1, 2, 3]);

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
