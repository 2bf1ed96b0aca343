using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;

namespace K8sLb.Kubernetes.Tests.Config;

/// <summary>Credentials as a real server sees them.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class CredentialTests(ControlPlaneFixture cluster) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_token_that_was_rotated_is_taken_up_with_the_next_request()
    {
        var ns = await cluster.NewNamespaceAsync();
        folder.Write("ca.crt", cluster.Configuration.CertificateAuthorities![0].ExportCertificatePem());
        folder.Write("token", "expired");
        var server = cluster.Plane.Server;
        using var client = new KubernetesClient(
            InClusterConfiguration.Load(folder.FullName, server.Host, $"{server.Port}", TimeProvider.System)
        );
        var refused = await Should.ThrowAsync<KubernetesException>(() => client.ListAsync<V1Pod>(ns));
        refused.Status.Code.ShouldBe(401);

        folder.Write("token", await RequestTokenAsync(ns));

        // The server knows who asks; it only does not let the account do this.
        var forbidden = await Should.ThrowAsync<KubernetesException>(() => client.ListAsync<V1Secret>(ns));
        forbidden.Status.Reason.ShouldBe("Forbidden");
        forbidden.Message.ShouldContain($"system:serviceaccount:{ns}:default");
    }

    [Fact]
    public async Task A_client_certificate_from_files_is_accepted()
    {
        var inline = cluster.Configuration;
        folder.Write("ca.crt", inline.CertificateAuthorities![0].ExportCertificatePem());
        folder.Write("user.crt", inline.ClientCertificates![0].ExportCertificatePem());
        folder.Write("user.key", KeyPem(inline.ClientCertificates[0]));
        var path = folder.Write(
            "config",
            KubeConfigText
                .With("certificate-authority: ca.crt", "client-certificate: user.crt\nclient-key: user.key")
                .Replace("https://127.0.0.1:6443", inline.Server.AbsoluteUri, StringComparison.Ordinal)
        );
        using var client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(path));

        (await client.ListAsync<V1Secret>("default")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_spoken_to()
    {
        using var stranger = X509Certificate2.CreateFromPem(TestCertificate.Create("ca").CertificatePem);
        using var client = new KubernetesClient(cluster.Configuration with { CertificateAuthorities = [stranger] });

        await Should.ThrowAsync<HttpRequestException>(() => client.ListAsync<V1Pod>("default"));
    }

    [Fact]
    public async Task Verification_can_be_switched_off_and_the_server_s_name_be_given()
    {
        using var stranger = X509Certificate2.CreateFromPem(TestCertificate.Create("ca").CertificatePem);
        var unverified = cluster.Configuration with { CertificateAuthorities = [stranger], SkipTlsVerify = true };
        var named = cluster.Configuration with { TlsServerName = "kubernetes.default.svc" };
        var misnamed = cluster.Configuration with { TlsServerName = "example.org" };
        using var unverifying = new KubernetesClient(unverified);
        using var naming = new KubernetesClient(named);
        using var misnaming = new KubernetesClient(misnamed);

        (await unverifying.ListAsync<V1Pod>("default")).ShouldNotBeNull();
        (await naming.ListAsync<V1Pod>("default")).ShouldNotBeNull();
        await Should.ThrowAsync<HttpRequestException>(() => misnaming.ListAsync<V1Pod>("default"));
    }

    private async Task<string> RequestTokenAsync(string ns)
    {
        var answer = await cluster.Plane.KubectlAsync(
            ["create", "--raw", $"/api/v1/namespaces/{ns}/serviceaccounts/default/token", "-f", "-"],
            """{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}"""
        );
        return JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
    }

    private static string KeyPem(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key =
            (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey();
        return key!.ExportPkcs8PrivateKeyPem();
    }
}
