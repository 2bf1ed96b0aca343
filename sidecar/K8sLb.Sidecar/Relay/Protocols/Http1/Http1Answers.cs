using System.Globalization;
using System.Text;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <summary>Answers of the sidecar's own, made once. Each closes the connection, and says who speaks and why.</summary>
internal static class Http1Answers
{
    private static readonly byte[][] Invalid =
    [
        .. Enum.GetValues<FramingError>().Select(error => Answer(Status(error), $"the request is refused: {error}")),
    ];

    /// <summary>The pool refuses late arrivals; whoever tries again reaches another member.</summary>
    public static readonly byte[] Refused = Answer(
        "503 Service Unavailable",
        "this member is draining and takes no new work",
        retryAfterSeconds: 1
    );

    public static readonly byte[] Unreachable = Answer(
        "503 Service Unavailable",
        "the application accepts no connections",
        retryAfterSeconds: 1
    );

    /// <summary>To a peer, which can take the request elsewhere.</summary>
    public static readonly byte[] Unserved = Answer(
        "503 Service Unavailable",
        "the application accepts no connections",
        retryAfterSeconds: 1,
        $"{UnservedMark.Header}: 1\r\n"
    );

    public static readonly byte[] Overloaded = Answer(
        "503 Service Unavailable",
        "the application has as much to do as it may have, or is given a rest",
        retryAfterSeconds: 1
    );

    /// <inheritdoc cref="Unserved"/>
    public static readonly byte[] UnservedFull = Answer(
        "503 Service Unavailable",
        "the application has as much to do as it may have, or is given a rest",
        retryAfterSeconds: 1,
        $"{UnservedMark.Header}: {UnservedMark.Full}\r\n"
    );

    public static readonly byte[] BrokeOff = Answer(
        "502 Bad Gateway",
        "the application closed the connection without a response"
    );

    public static readonly byte[] BadResponse = Answer("502 Bad Gateway", "the application's response breaks HTTP/1.1");

    public static readonly byte[] TooSlow = Answer(
        "408 Request Timeout",
        "the rest of the request's head did not come"
    );

    public static ReadOnlySpan<byte> For(FramingError error) => Invalid[(int)error];

    private static string Status(FramingError error) =>
        error switch
        {
            FramingError.TooLarge or FramingError.TooManyFields => "431 Request Header Fields Too Large",
            FramingError.UnsupportedTransferCoding => "501 Not Implemented",
            FramingError.UnsupportedVersion => "505 HTTP Version Not Supported",
            _ => "400 Bad Request",
        };

    private static byte[] Answer(string status, string what, int? retryAfterSeconds = null, string fields = "")
    {
        var text = $"k8slb sidecar: {what}\n";
        var retry = retryAfterSeconds is { } seconds ? $"Retry-After: {seconds}\r\n" : "";
        return Encoding.ASCII.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {text.Length}\r\n{retry}{fields}Connection: close\r\n\r\n{text}"
            )
        );
    }
}
