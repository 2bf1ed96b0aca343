using Microsoft.AspNetCore.Http.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>Puts a stream of ours around the one that an upgrade gives (HTTP/1.1, RFC 9110 section 7.8).</summary>
internal sealed class ReleasableUpgrade(IHttpUpgradeFeature kestrel, Func<Stream, Stream> wrap) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => kestrel.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync() => wrap(await kestrel.UpgradeAsync());
}

/// <summary>The same for an extended CONNECT (HTTP/2, RFC 8441).</summary>
internal sealed class ReleasableConnect(IHttpExtendedConnectFeature kestrel, Func<Stream, Stream> wrap)
    : IHttpExtendedConnectFeature
{
    public bool IsExtendedConnect => kestrel.IsExtendedConnect;
    public string? Protocol => kestrel.Protocol;

    public async ValueTask<Stream> AcceptAsync() => wrap(await kestrel.AcceptAsync());
}
