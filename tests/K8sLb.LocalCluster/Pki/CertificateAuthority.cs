using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.LocalCluster.Pki;

/// <summary>The one authority of a cluster: servers, clients and kubelets all carry its certificates (ECDSA P-256).</summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(30);
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2 authority;

    public CertificateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature,
                true
            )
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        authority = request.CreateSelfSigned(Start, Start + Validity);
        CertificatePem = authority.ExportCertificatePem();
        KeyPem = key.ExportPkcs8PrivateKeyPem();
    }

    public string CertificatePem { get; }

    public string KeyPem { get; }

    // Clocks of the two sides are the same one; the hour is for a clock that is set while a cluster runs.
    private static DateTimeOffset Start => DateTimeOffset.UtcNow.AddHours(-1);

    /// <summary>A client certificate: Kubernetes takes the common name for the user, organisations for groups.</summary>
    public KeyedCertificate IssueClient(string user, params IReadOnlyCollection<string> groups) =>
        Issue(Subject(user, groups), [ClientAuth], null);

    /// <summary>A certificate for a server under each of these names and addresses, which may act as a client as well
    /// (a kubelet is both).</summary>
    public KeyedCertificate IssueServer(
        string name,
        IEnumerable<string> dnsNames,
        IEnumerable<IPAddress> addresses,
        params IReadOnlyCollection<string> groups
    )
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var dnsName in dnsNames)
        {
            alternatives.AddDnsName(dnsName);
        }
        foreach (var address in addresses)
        {
            alternatives.AddIpAddress(address);
        }
        return Issue(Subject(name, groups), [ServerAuth, ClientAuth], alternatives.Build());
    }

    public void Dispose() => authority.Dispose();

    private static X500DistinguishedName Subject(string commonName, IReadOnlyCollection<string> organisations)
    {
        var builder = new X500DistinguishedNameBuilder();
        foreach (var organisation in organisations)
        {
            builder.AddOrganizationName(organisation);
        }
        builder.AddCommonName(commonName);
        return builder.Build();
    }

    private KeyedCertificate Issue(X500DistinguishedName subject, OidCollection usages, X509Extension? alternatives)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }
        using var certificate = request.Create(
            authority,
            authority.NotBefore,
            authority.NotAfter,
            RandomNumberGenerator.GetBytes(16)
        );
        return new KeyedCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

public sealed record KeyedCertificate(string CertificatePem, string KeyPem);
