using System.Buffers;

namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>Byte classes of RFC 9110 section 5.6.2 and RFC 9112, as sets that are searched with vectors.</summary>
internal static class Http1Syntax
{
    /// <summary>tchar.</summary>
    public static readonly SearchValues<byte> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8
    );

    /// <summary>Controls that no head may hold; CR and LF are judged by their place.</summary>
    public static readonly SearchValues<byte> Forbidden = SearchValues.Create(Controls());

    public static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>Strips SP and HTAB from both ends.</summary>
    public static ReadOnlySpan<byte> TrimWhitespace(ReadOnlySpan<byte> value)
    {
        var start = 0;
        var end = value.Length;
        while (start < end && value[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }
        while (end > start && value[end - 1] is (byte)' ' or (byte)'\t')
        {
            end--;
        }
        return value[start..end];
    }

    private static byte[] Controls() =>
        [
            .. Enumerable
                .Range(0, 0x20)
                .Append(0x7f)
                .Where(value => value is not ('\t' or '\r' or '\n'))
                .Select(v => (byte)v),
        ];
}
