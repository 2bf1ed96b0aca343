using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Operator.Tests.Hub;

/// <summary>What a sidecar has mounted: the authorities that it trusts, and its token.</summary>
internal sealed record Credentials(string Bundle, string Name, string? Token)
{
    public SslClientAuthenticationOptions Tls() =>
        new()
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 shown && IsTrusted(shown),
        };

    public bool IsTrusted(X509Certificate2 shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(Bundle);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown) && shown.MatchesHostname(Name, allowWildcards: false, allowCommonName: false);
    }
}
