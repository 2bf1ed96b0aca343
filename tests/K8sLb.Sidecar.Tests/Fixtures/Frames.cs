using System.Buffers.Binary;
using K8sLb.Sidecar.Relay.Framing.WebSocket;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>WebSocket frames, written independently of the code under test.</summary>
internal static class Frames
{
    public static byte[] Make(Opcode opcode, int length, bool fin = true, bool masked = false)
    {
        var head = new List<byte> { (byte)((fin ? 0x80 : 0) | (int)opcode) };
        var mask = masked ? 0x80 : 0;
        if (length < 126)
        {
            head.Add((byte)(mask | length));
        }
        else if (length <= ushort.MaxValue)
        {
            head.Add((byte)(mask | 126));
            head.AddRange([(byte)(length >> 8), (byte)length]);
        }
        else
        {
            head.Add((byte)(mask | 127));
            var eight = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(eight, length);
            head.AddRange(eight);
        }
        if (masked)
        {
            head.AddRange([1, 2, 3, 4]);
        }
        return [.. head, .. Enumerable.Repeat((byte)0x88, length)];
    }

    public static byte[] RandomStream(Random random, int frames, bool masked)
    {
        var bytes = new List<byte>();
        var open = false;
        for (var i = 0; i < frames; i++)
        {
            if (random.Next(3) == 0)
            {
                bytes.AddRange(Make(random.Next(2) == 0 ? Opcode.Ping : Opcode.Pong, random.Next(126), masked: masked));
                continue;
            }
            var fin = random.Next(2) == 0;
            bytes.AddRange(Make(open ? Opcode.Continuation : Opcode.Text, random.Next(400), fin, masked));
            open = !fin;
        }
        return [.. bytes];
    }
}
