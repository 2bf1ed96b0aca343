using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Operator.Tests.Hub;

/// <summary>A certificate for the hub of a test, and what a sidecar has mounted that trusts it.</summary>
internal static class ServerIdentity
{
    private const string Name = "k8slb.test.svc";

    public static X509Certificate2 Certificate { get; } = Make();

    public static Credentials Trusted { get; } = new(Certificate.ExportCertificatePem(), Name, null);

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
