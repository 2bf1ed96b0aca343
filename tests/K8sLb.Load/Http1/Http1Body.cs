using System.Globalization;

namespace K8sLb.Load;

/// <summary>Reads a response's body whole (RFC 9112 sections 6 and 7).</summary>
internal static class Http1Body
{
    /// <summary>More than any response that the load asks for.</summary>
    private const int Limit = 1024 * 1024;

    public static async Task<byte[]> ReadAsync(
        ByteConnection bytes,
        Http1Headers headers,
        CancellationToken cancellation
    )
    {
        if (headers.Chunked)
        {
            return await ReadChunksAsync(bytes, cancellation);
        }
        if (headers.ContentLength is not { } length)
        {
            throw new RequestFailedException(FailureKind.Protocol, "neither Content-Length nor chunked");
        }
        var body = new byte[Within(length)];
        await bytes.ReadExactlyAsync(body, cancellation);
        return body;
    }

    private static async Task<byte[]> ReadChunksAsync(ByteConnection bytes, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var sizeLine = await bytes.ReadLineAsync(cancellation);
            if (!long.TryParse(sizeLine, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size))
            {
                throw new RequestFailedException(FailureKind.Protocol, $"no chunk size: {sizeLine}");
            }
            var chunk = new byte[Within(size + body.Length) - (int)body.Length];
            await bytes.ReadExactlyAsync(chunk, cancellation);
            if (await bytes.ReadLineAsync(cancellation) is { Length: > 0 } rest)
            {
                throw new RequestFailedException(FailureKind.Protocol, $"after a chunk: {rest}");
            }
            if (size == 0)
            {
                return body.ToArray();
            }
            body.Write(chunk);
        }
    }

    private static int Within(long length) =>
        length is >= 0 and <= Limit
            ? (int)length
            : throw new RequestFailedException(FailureKind.Protocol, $"a body of {length} bytes; at most {Limit}");
}
