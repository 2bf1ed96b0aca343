namespace K8sLb.Load;

internal sealed record Http2Response(int Status, byte[] Body);

/// <summary>
/// The server did not process the request, by GOAWAY or REFUSED_STREAM: it may be sent again (RFC 9113 sections 6.8 and 8.7).
/// </summary>
/// <param name="wasSent">False where the request had not left this client yet.</param>
internal sealed class Http2UnprocessedException(bool wasSent) : Exception("not processed")
{
    public bool WasSent { get; } = wasSent;
}
