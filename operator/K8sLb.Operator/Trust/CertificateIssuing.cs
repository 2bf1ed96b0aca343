using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using K8sLb.Core;

namespace K8sLb.Operator.Trust;

/// <summary>Makes certificates: ECDSA on P-256 (RFC 5480), profiles as in RFC 5280.</summary>
internal static class CertificateIssuing
{
    private static readonly OidCollection ServerAuthentication = [new Oid("1.3.6.1.5.5.7.3.1")];

    /// <summary>Short enough for a certificate's serial number (20 bytes), and never seen before.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    public static StoredAuthority MakeAuthority(AuthorityRecord record)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Names differ, so that a verifier that holds two of them looks at the right one.
        var request = new CertificateRequest($"CN=k8slb-ca-{record.Id}", key, HashAlgorithmName.SHA256);
        // It signs servers, and no other authority.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(record.NotBefore, record.NotAfter);
        return new(
            // Certificates count whole seconds.
            record with
            {
                NotBefore = certificate.NotBefore.ToUniversalTime(),
                NotAfter = certificate.NotAfter.ToUniversalTime(),
            },
            certificate.ExportCertificatePem(),
            key.ExportPkcs8PrivateKeyPem()
        );
    }

    /// <param name="names">What clients may dial; the first one is the subject.</param>
    public static ServerCertificate MakeServer(StoredAuthority signer, ServerTerm term, IReadOnlyList<string> names)
    {
        using var authority = X509Certificate2.CreateFromPem(signer.Certificate, signer.Key);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ServerAuthentication, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false)
        );
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }
        request.CertificateExtensions.Add(alternatives.Build());
        var serial = RandomNumberGenerator.GetBytes(16);
        using var certificate = request.Create(authority, term.NotBefore, term.NotAfter, serial);
        return new(
            term,
            SslStreamCertificateContext.Create(
                certificate.CopyWithPrivateKey(key),
                additionalCertificates: null,
                offline: true
            )
        );
    }
}
