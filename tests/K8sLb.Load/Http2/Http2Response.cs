namespace K8sLb.Load;

internal sealed record Http2Response(int Status, byte[] Body);

/// <summary>
/// The connection is going away and did not process the request: it may be sent on another one (RFC 9113 section 6.8).
/// </summary>
/// <param name="wasSent">False where the request had not left this client yet.</param>
internal sealed class Http2UnprocessedException(bool wasSent) : Exception("not processed before GOAWAY")
{
    public bool WasSent { get; } = wasSent;
}
