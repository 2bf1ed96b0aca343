using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Kubernetes;

/// <summary>Where an API server is and how to be known to it.</summary>
public sealed record KubernetesClientConfiguration
{
    public required Uri Server { get; init; }

    /// <summary>The namespace of the context, or of the pod this runs in.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The name in the server's certificate, where it is not the URL's host.</summary>
    public string? TlsServerName { get; init; }
    public bool SkipTlsVerify { get; init; }
    public Uri? Proxy { get; init; }

    /// <summary>Roots that the server's certificate must lead to; null for those of the system.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>The certificate with its key, then intermediates.</summary>
    public X509Certificate2Collection? ClientCertificates { get; init; }
    public BearerToken? Token { get; init; }

    /// <summary>
    /// The files of the variable <c>KUBECONFIG</c>; else the pod's service account; else <c>~/.kube/config</c>.
    /// </summary>
    /// <exception cref="KubernetesConfigException">None of them, or the first one found is wrong.</exception>
    public static KubernetesClientConfiguration BuildDefaultConfig() =>
        BuildDefaultConfig(
            Environment.GetEnvironmentVariable,
            InClusterConfiguration.ServiceAccountFolder,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)
        );

    internal static KubernetesClientConfiguration BuildDefaultConfig(
        Func<string, string?> variable,
        string serviceAccountFolder,
        string home
    )
    {
        if (variable("KUBECONFIG") is { Length: > 0 } paths)
        {
            return BuildConfigFromKubeConfigVariable(paths);
        }
        var host = variable(InClusterConfiguration.HostVariable);
        if (!string.IsNullOrEmpty(host) && Directory.Exists(serviceAccountFolder))
        {
            var port = variable(InClusterConfiguration.PortVariable);
            return InClusterConfiguration.Load(serviceAccountFolder, host, port, TimeProvider.System);
        }
        var file = Path.Combine(home, ".kube", "config");
        return File.Exists(file)
            ? BuildConfigFromConfigFile(file)
            : throw new KubernetesConfigException(
                $"no cluster is configured: the variable KUBECONFIG is not set, this is not a pod with a service account, and {file} does not exist"
            );
    }

    /// <param name="path">A kubeconfig file.</param>
    /// <param name="context">Null for its current context.</param>
    /// <exception cref="KubernetesConfigException">A field is missing or wrong; the message says which.</exception>
    public static KubernetesClientConfiguration BuildConfigFromConfigFile(
        string path,
        string? context = null,
        TimeProvider? time = null
    ) => KubeConfigResolver.Resolve(KubeConfigFile.Read(path), context, time ?? TimeProvider.System);

    /// <param name="paths">Files separated as in PATH; those that do not exist are passed over, as kubectl does.</param>
    /// <param name="context">Null for the current context.</param>
    /// <exception cref="KubernetesConfigException">None exists, or a field is missing or wrong.</exception>
    public static KubernetesClientConfiguration BuildConfigFromKubeConfigVariable(
        string paths,
        string? context = null,
        TimeProvider? time = null
    )
    {
        var files = paths
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(File.Exists)
            .Select(KubeConfigFile.Read)
            .ToList();
        return files.Count > 0
            ? KubeConfigResolver.Resolve(KubeConfigFile.Merge(files), context, time ?? TimeProvider.System)
            : throw new KubernetesConfigException(
                $"the variable KUBECONFIG is '{paths}'; at least one of these files must exist"
            );
    }
}
