using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace K8sLb.Benchmarks;

/// <summary>As much of RFC 6455 as an echo takes: the handshake of both sides, and short binary messages.</summary>
internal static class WebSocketWire
{
    private const byte FinalBinary = 0x82;
    private const byte MaskBit = 0x80;
    private const int LongestShortPayload = 125;

    /// <summary>Two bytes of head and the mask.</summary>
    private const int MaskedHeadSize = 6;
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static byte[] MaskedMessage(int size)
    {
        var frame = new byte[MaskedHeadSize + size];
        RandomNumberGenerator.Fill(frame);
        (frame[0], frame[1]) = (FinalBinary, (byte)(MaskBit | size));
        return frame;
    }

    public static void Upgrade(Socket socket, int port)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        socket.Send(
            Encoding.ASCII.GetBytes(
                $"GET /echo HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + $"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
        );
        var head = new byte[4096];
        var have = 0;
        while (!head.AsSpan(0, have).EndsWith("\r\n\r\n"u8))
        {
            var count = socket.Receive(head.AsSpan(have));
            have += count > 0 ? count : throw new LoadFailedException("closed within the WebSocket handshake");
        }
        var text = Encoding.ASCII.GetString(head, 0, have);
        if (!text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) || !text.Contains(Accept(key)))
        {
            throw new LoadFailedException($"not upgraded: {text}");
        }
    }

    /// <param name="request">A whole head.</param>
    public static byte[] UpgradeResponse(ReadOnlySpan<byte> request)
    {
        const string name = "\r\nsec-websocket-key:";
        var text = Encoding.ASCII.GetString(request);
        var start = text.IndexOf(name, StringComparison.OrdinalIgnoreCase) + name.Length;
        var key = text[start..text.IndexOf('\r', start)].Trim();
        return Encoding.ASCII.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Accept: {Accept(key)}\r\n\r\n"
        );
    }

    /// <summary>Turns a client's whole messages into a server's, in another buffer.</summary>
    /// <returns>Bytes taken, and bytes written.</returns>
    public static (int Taken, int Written) Echo(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var (taken, written) = (0, 0);
        while (from.Length - taken >= MaskedHeadSize)
        {
            var frame = from[taken..];
            var size = frame[1] & ~MaskBit;
            if (frame[0] != FinalBinary || size > LongestShortPayload)
            {
                throw new InvalidDataException("not a short binary message");
            }
            if (frame.Length < MaskedHeadSize + size)
            {
                break;
            }
            (to[written], to[written + 1]) = (FinalBinary, (byte)size);
            Unmask(frame.Slice(MaskedHeadSize, size), frame.Slice(2, 4), to[(written + 2)..]);
            taken += MaskedHeadSize + size;
            written += 2 + size;
        }
        return (taken, written);
    }

    private static void Unmask(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> mask, Span<byte> to)
    {
        var word = BinaryPrimitives.ReadUInt32LittleEndian(mask);
        var i = 0;
        for (; i + 4 <= payload.Length; i += 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                to[i..],
                BinaryPrimitives.ReadUInt32LittleEndian(payload[i..]) ^ word
            );
        }
        for (; i < payload.Length; i++)
        {
            to[i] = (byte)(payload[i] ^ mask[i & 3]);
        }
    }

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1 here.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
    }
}
