using System.Security.Cryptography;

namespace K8sLb.Sidecar.WebSockets;

/// <summary>Close with 1001, going away (RFC 6455, sections 5.5.1 and 7.4.1).</summary>
public static class CloseFrame
{
    private const byte FinClose = 0x88;
    private const byte MaskBit = 0x80;
    private static ReadOnlySpan<byte> GoingAway => [0x03, 0xE9];

    /// <summary>As a server sends it.</summary>
    public static byte[] ToClient() => [FinClose, (byte)GoingAway.Length, .. GoingAway];

    /// <summary>As a client sends it: masked.</summary>
    public static byte[] ToServer()
    {
        Span<byte> mask = stackalloc byte[4];
        RandomNumberGenerator.Fill(mask);
        return
        [
            FinClose,
            (byte)(MaskBit | GoingAway.Length),
            .. mask,
            (byte)(GoingAway[0] ^ mask[0]),
            (byte)(GoingAway[1] ^ mask[1]),
        ];
    }
}
