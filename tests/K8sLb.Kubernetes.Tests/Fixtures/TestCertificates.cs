using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace K8sLb.Kubernetes.Tests;

/// <summary>A self-signed certificate and its key, as PEM.</summary>
internal sealed record TestCertificate(string CertificatePem, string KeyPem)
{
    public string CertificateBase64 => Convert.ToBase64String(Encoding.ASCII.GetBytes(CertificatePem));

    public string KeyBase64 => Convert.ToBase64String(Encoding.ASCII.GetBytes(KeyPem));

    public static TestCertificate Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return new TestCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
