using System.Globalization;

namespace K8sLb.Load;

/// <summary>The response headers that this client acts on.</summary>
internal sealed class Http1Headers
{
    private const int MostHeaders = 100;

    public long? ContentLength { get; private set; }
    public bool Chunked { get; private set; }
    public bool CloseAnnounced { get; private set; }
    public string ServedBy { get; private set; } = "";
    public string WebSocketAccept { get; private set; } = "";

    /// <summary>The status of a line such as <c>HTTP/1.1 200 OK</c>.</summary>
    public static int ParseStatus(string line) =>
        line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
        && line.Length >= 12
        && int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : throw new RequestFailedException(FailureKind.Protocol, $"no HTTP/1.1 status line: {line}");

    public static async Task<Http1Headers> ReadAsync(ByteConnection bytes, CancellationToken cancellation)
    {
        var headers = new Http1Headers();
        for (var count = 0; await bytes.ReadLineAsync(cancellation) is { Length: > 0 } line; count++)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || count == MostHeaders)
            {
                throw new RequestFailedException(FailureKind.Protocol, $"no header, or one too many: {line}");
            }
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }
        return headers;
    }

    private void Add(string name, string value)
    {
        if (Is(name, "content-length"))
        {
            ContentLength = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? length
                : throw new RequestFailedException(FailureKind.Protocol, $"Content-Length: {value}");
        }
        else if (Is(name, "transfer-encoding"))
        {
            Chunked = Is(value, "chunked");
        }
        else if (Is(name, "connection"))
        {
            CloseAnnounced |= value.Split(',', StringSplitOptions.TrimEntries).Any(option => Is(option, "close"));
        }
        else if (Is(name, "x-pod"))
        {
            ServedBy = value;
        }
        else if (Is(name, "sec-websocket-accept"))
        {
            WebSocketAccept = value;
        }
    }

    private static bool Is(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
