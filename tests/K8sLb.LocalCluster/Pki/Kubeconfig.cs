using System.Text;

namespace K8sLb.LocalCluster.Pki;

/// <summary>A kubeconfig with everything inline, so that it can be copied elsewhere.</summary>
public static class Kubeconfig
{
    public static string Text(Uri server, string authorityPem, KeyedCertificate client) =>
        $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: local
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {Base64(authorityPem)}
            users:
            - name: local
              user:
                client-certificate-data: {Base64(client.CertificatePem)}
                client-key-data: {Base64(client.KeyPem)}
            contexts:
            - name: local
              context:
                cluster: local
                user: local
            current-context: local

            """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
