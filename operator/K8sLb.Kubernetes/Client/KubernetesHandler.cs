using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Kubernetes;

/// <summary>Builds the HTTP handler for a configuration.</summary>
internal static class KubernetesHandler
{
    public static SocketsHttpHandler Create(
        KubernetesClientConfiguration configuration,
        KubernetesClientOptions options
    )
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = options.PingAfter,
            KeepAlivePingTimeout = options.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            SslOptions = Tls(configuration),
        };
        if (configuration.Proxy is { } proxy)
        {
            handler.Proxy = new WebProxy(proxy);
        }
        return handler;
    }

    private static SslClientAuthenticationOptions Tls(KubernetesClientConfiguration configuration)
    {
        var tls = new SslClientAuthenticationOptions();
        if (configuration.SkipTlsVerify)
        {
#pragma warning disable CA5359 // Asked for by insecure-skip-tls-verify.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (configuration.CertificateAuthorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        if (configuration.ClientCertificates is { Count: > 0 } chain)
        {
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(
                chain[0],
                [.. chain.Skip(1)],
                offline: true
            );
        }
        return tls;
    }
}
