using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Sidecar.Control;

/// <summary>
/// Trusts a server that shows a certificate for the operator's name, signed by an authority of the operator's own, and no other. The
/// file of authorities is read for each handshake: it changes while pods run.
/// </summary>
public sealed class OperatorTrust(string authorityFile, string name, TimeProvider clock)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    public SslClientAuthenticationOptions Options =>
        new()
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                Check(certificate as X509Certificate2) is { } why ? throw new AuthenticationException(why) : true,
        };

    /// <returns>Null where it is trusted; else what is wrong, and with what.</returns>
    public string? Check(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return "the server showed no certificate";
        }
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(authorityFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"K8SLB_OPERATOR_CA=\"{authorityFile}\" cannot be read: {e.Message}";
        }
        return Check(certificate, authorities);
    }

    private string? Check(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        if (authorities.Count == 0)
        {
            return $"K8SLB_OPERATOR_CA=\"{authorityFile}\" holds no certificate";
        }
        var now = clock.GetUtcNow();
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (!chain.Build(certificate))
        {
            return Explain(chain, certificate, authorities, now);
        }
        return certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false)
            ? null
            : $"the server's certificate is not for \"{name}\", but for {Names(certificate)}";
    }

    private string Explain(
        X509Chain chain,
        X509Certificate2 certificate,
        X509Certificate2Collection authorities,
        DateTimeOffset now
    )
    {
        const X509ChainStatusFlags Untrusted =
            X509ChainStatusFlags.PartialChain
            | X509ChainStatusFlags.UntrustedRoot
            | X509ChainStatusFlags.NotSignatureValid;
        var found = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if ((found & Untrusted) != 0)
        {
            var known = string.Join(", ", authorities.Select(a => a.Subject));
            return $"the server's certificate, by {certificate.Issuer}, is not signed by an authority in {authorityFile}: {known}";
        }
        foreach (var element in chain.ChainElements.Select(e => e.Certificate))
        {
            if (now < element.NotBefore)
            {
                return $"{element.Subject} is not good before {element.NotBefore.ToUniversalTime():u}, and this clock says {now:u}: "
                    + "one of two clocks is wrong";
            }
            if (now > element.NotAfter)
            {
                return $"{element.Subject} expired at {element.NotAfter.ToUniversalTime():u}, and this clock says {now:u}";
            }
        }
        return $"the server's certificate cannot be used: {found}";
    }

    private static string Names(X509Certificate2 certificate) =>
        string.Join(
            ", ",
            certificate
                .Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(e => e.EnumerateDnsNames())
                .DefaultIfEmpty("no name at all")
        );
}
