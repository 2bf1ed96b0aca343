using System.Text;

namespace K8sLb.Load;

/// <summary>Header blocks of requests out of static names and plain literals (RFC 7541 section 6.2.2, appendix A).</summary>
internal static class HpackRequest
{
    private const byte MethodGet = 0x80 | 2;
    private const byte MethodPost = 0x80 | 3;
    private const byte SchemeHttp = 0x80 | 6;
    private const byte LiteralName = 0;
    private const byte Authority = 1;
    private const byte Path = 4;

    /// <summary>Beyond the four bits of the first byte: 15, and the rest in the next one.</summary>
    private static readonly byte[] ContentType = [15, 31 - 15];

    public static byte[] Get(string authority, string path) =>
        [MethodGet, SchemeHttp, Authority, .. Text(authority), Path, .. Text(path)];

    /// <summary>What a gRPC server insists on; the method's path is /service/method.</summary>
    public static byte[] Grpc(string authority, string path) =>
        [
            MethodPost,
            SchemeHttp,
            Authority,
            .. Text(authority),
            Path,
            .. Text(path),
            .. ContentType,
            .. Text("application/grpc"),
            LiteralName,
            .. Text("te"),
            .. Text("trailers"),
        ];

    private static byte[] Text(string value) =>
        value.Length < 127
            ? [(byte)value.Length, .. Encoding.ASCII.GetBytes(value)]
            : throw new ArgumentException($"'{value}' is longer than 126 bytes", nameof(value));
}
