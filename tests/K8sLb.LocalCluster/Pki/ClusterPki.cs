using System.Net;
using System.Security.Cryptography;

namespace K8sLb.LocalCluster.Pki;

/// <summary>The files that the components of one cluster read, in one folder.</summary>
public sealed class ClusterPki : IDisposable
{
    private readonly string folder;
    private readonly CertificateAuthority authority = new("k8slb-local-ca");

    public ClusterPki(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        Write("ca.crt", authority.CertificatePem);
        Write("ca.key", authority.KeyPem);
        // RSA, because every Kubernetes signs tokens with RS256 by default and OIDC clients all know it.
        using var tokenKey = RSA.Create(2048);
        Write("tokens.key", tokenKey.ExportRSAPrivateKeyPem());
        Write("tokens.pub", tokenKey.ExportSubjectPublicKeyInfoPem());
    }

    public string AuthorityFile => File("ca.crt");

    public string AuthorityKeyFile => File("ca.key");

    public string TokenSigningKeyFile => File("tokens.key");

    public string TokenVerificationKeyFile => File("tokens.pub");

    public string AuthorityPem => authority.CertificatePem;

    public CertificateFiles WriteServer(
        string name,
        string commonName,
        IEnumerable<string> dnsNames,
        IEnumerable<IPAddress> addresses,
        params IReadOnlyCollection<string> groups
    ) => Write(name, authority.IssueServer(commonName, dnsNames, addresses, groups));

    public CertificateFiles WriteClient(string name, string user, params IReadOnlyCollection<string> groups) =>
        Write(name, authority.IssueClient(user, groups));

    /// <summary>A kubeconfig file for a user of these groups.</summary>
    /// <returns>Its path.</returns>
    public string WriteKubeconfig(string name, Uri server, string user, params IReadOnlyCollection<string> groups) =>
        Write($"{name}.kubeconfig", Kubeconfig.Text(server, AuthorityPem, authority.IssueClient(user, groups)));

    public KeyedCertificate IssueClient(string user, params IReadOnlyCollection<string> groups) =>
        authority.IssueClient(user, groups);

    public void Dispose() => authority.Dispose();

    private string File(string name) => Path.Combine(folder, name);

    private CertificateFiles Write(string name, KeyedCertificate certificate) =>
        new(Write($"{name}.crt", certificate.CertificatePem), Write($"{name}.key", certificate.KeyPem));

    private string Write(string name, string text)
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, text.EndsWith('\n') ? text : text + "\n");
        return path;
    }
}

public sealed record CertificateFiles(string CertificatePath, string KeyPath);
