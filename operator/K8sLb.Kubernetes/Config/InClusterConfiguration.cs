using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Kubernetes;

/// <summary>The configuration that Kubernetes gives to every pod with a service account.</summary>
public static class InClusterConfiguration
{
    public const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public const string HostVariable = "KUBERNETES_SERVICE_HOST";
    public const string PortVariable = "KUBERNETES_SERVICE_PORT";

    /// <exception cref="KubernetesConfigException">A variable or file is missing or wrong; the message says which.</exception>
    public static KubernetesClientConfiguration Load() =>
        Load(
            ServiceAccountFolder,
            Environment.GetEnvironmentVariable(HostVariable),
            Environment.GetEnvironmentVariable(PortVariable),
            TimeProvider.System
        );

    /// <inheritdoc cref="Load()"/>
    public static KubernetesClientConfiguration Load(string folder, string? host, string? port, TimeProvider time)
    {
        if (string.IsNullOrEmpty(host))
        {
            throw new KubernetesConfigException(
                $"the variable {HostVariable} is not set; the kubelet sets it in every pod"
            );
        }
        if (!ushort.TryParse(port, out var portNumber))
        {
            throw new KubernetesConfigException($"the variable {PortVariable} is '{port}'; it must be a port number");
        }
        var tokenPath = Path.Combine(folder, "token");
        Read(tokenPath);
        var namespacePath = Path.Combine(folder, "namespace");
        return new KubernetesClientConfiguration
        {
            Server = new UriBuilder("https", host, portNumber).Uri,
            Namespace = File.Exists(namespacePath) ? Read(namespacePath).Trim() : "default",
            CertificateAuthorities = Authorities(Path.Combine(folder, "ca.crt")),
            Token = new FileToken(tokenPath, time),
        };
    }

    private static X509Certificate2Collection Authorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Read(path));
        }
        catch (CryptographicException e)
        {
            throw new KubernetesConfigException($"{path} does not hold PEM certificates: {e.Message}", e);
        }
        return authorities.Count > 0
            ? authorities
            : throw new KubernetesConfigException(
                $"{path} holds no certificate; it must be PEM with BEGIN CERTIFICATE"
            );
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigException(
                $"{path} cannot be read; the pod needs a service account token (automountServiceAccountToken): {e.Message}",
                e
            );
        }
    }
}
