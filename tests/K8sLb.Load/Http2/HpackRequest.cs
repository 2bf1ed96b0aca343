using System.Text;

namespace K8sLb.Load;

/// <summary>A GET request's header block out of static names and plain literals (RFC 7541 section 6.2.2, appendix A).</summary>
internal static class HpackRequest
{
    private const byte MethodGet = 0x80 | 2;
    private const byte SchemeHttp = 0x80 | 6;
    private const byte Authority = 1;
    private const byte Path = 4;

    public static byte[] Encode(string authority, string path) =>
        [MethodGet, SchemeHttp, .. Literal(Authority, authority), .. Literal(Path, path)];

    private static byte[] Literal(byte name, string value) =>
        value.Length < 127
            ? [name, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]
            : throw new ArgumentException($"'{value}' is longer than 126 bytes", nameof(value));
}
