using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>An authority as the operator keeps one, or as an attacker makes one.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    private readonly X509Certificate2 certificate;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var now = DateTimeOffset.UtcNow;
        certificate = request.CreateSelfSigned(now - Life, now + Life);
    }

    public string Pem => certificate.ExportCertificatePem();

    public X509Certificate2 Issue(
        string name,
        TimeSpan? from = null,
        TimeSpan? until = null,
        string usage = ServerUsage
    )
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=operator", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var issued = request.Create(
            certificate,
            now + (from ?? TimeSpan.FromHours(-1)),
            now + (until ?? TimeSpan.FromHours(1)),
            RandomNumberGenerator.GetBytes(8)
        );
        return issued.CopyWithPrivateKey(key);
    }

    public void Dispose() => certificate.Dispose();
}
