using System.Globalization;

namespace K8sLb.Load;

/// <summary><c>:status</c>, always the first field of a response (RFC 9113 section 8.3).</summary>
internal static class HpackStatus
{
    /// <exception cref="RequestFailedException">The first field is no status.</exception>
    public static int Of(IReadOnlyList<HpackField> response) =>
        response is [(":status", { Length: 3 } text), ..]
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : throw new RequestFailedException(FailureKind.Protocol, "a response that does not begin with :status");
}
