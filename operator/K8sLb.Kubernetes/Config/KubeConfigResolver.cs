using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sLb.Kubernetes;

/// <summary>Turns a context of a kubeconfig into what a client needs.</summary>
internal static class KubeConfigResolver
{
    private static readonly Dictionary<string, string> Unsupported = new()
    {
        ["exec"] = "credential plugins are not supported",
        ["auth-provider"] = "auth providers are not supported",
        ["username"] = "basic authentication is not supported by any API server since 1.19",
        ["as"] = "impersonation is not supported",
    };

    public static KubernetesClientConfiguration Resolve(KubeConfigFile config, string? contextName, TimeProvider time)
    {
        var name = contextName ?? config.CurrentContext.Required(OneOf("the name of a context", config.Contexts.Keys));
        if (!config.Contexts.TryGetValue(name, out var context))
        {
            throw config.CurrentContext.Error(
                $"names the context '{name}', which is not defined{Known(config.Contexts)}"
            );
        }
        var cluster = Find(context["cluster"], config.Clusters, "cluster");
        var user = Find(context["user"], config.Users, "user");
        foreach (var (field, reason) in Unsupported)
        {
            if (user[field].Exists)
            {
                throw user[field].Error($"is set, but {reason}; use client-certificate, token or tokenFile");
            }
        }
        return new KubernetesClientConfiguration
        {
            Server = Server(cluster["server"]),
            Namespace = context["namespace"].Text ?? "default",
            TlsServerName = cluster["tls-server-name"].Text,
            SkipTlsVerify = cluster["insecure-skip-tls-verify"].Flag,
            Proxy = cluster["proxy-url"] is { Exists: true } proxy ? Server(proxy) : null,
            CertificateAuthorities = Authorities(cluster),
            ClientCertificates = ClientCertificates(user),
            Token = Token(user, time),
        };
    }

    private static ConfigField Find(
        ConfigField reference,
        IReadOnlyDictionary<string, ConfigField> entries,
        string what
    )
    {
        var name = reference.Required(OneOf($"the name of a {what}", entries.Keys));
        return entries.TryGetValue(name, out var entry)
            ? entry
            : throw reference.Error($"names the {what} '{name}', which is not defined{Known(entries)}");
    }

    private static Uri Server(ConfigField field)
    {
        var text = field.Required("a URL such as https://10.0.0.1:6443");
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
            ? uri
            : throw field.Error($"is '{text}'; it must be a URL such as https://10.0.0.1:6443");
    }

    private static X509Certificate2Collection? Authorities(ConfigField cluster)
    {
        if (Pem(cluster, "certificate-authority") is not var (field, pem))
        {
            return null;
        }
        return Certificates(field, pem);
    }

    private static X509Certificate2Collection? ClientCertificates(ConfigField user)
    {
        RequireBoth(user, "client-certificate", "client-key");
        RequireBoth(user, "client-key", "client-certificate");
        if (
            Pem(user, "client-certificate") is not var (certificateField, certificatePem)
            || Pem(user, "client-key") is not var (keyField, keyPem)
        )
        {
            return null;
        }
        var chain = Certificates(certificateField, certificatePem);
        try
        {
            chain[0] = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw keyField.Error($"is not the unencrypted PEM key of client-certificate: {e.Message}", e);
        }
        return chain;
    }

    private static void RequireBoth(ConfigField user, string given, string needed)
    {
        if (Has(user, given) && !Has(user, needed))
        {
            throw user[needed].Error($"is missing; it must be there since {given} is");
        }
    }

    private static bool Has(ConfigField parent, string name) => parent[name].Exists || parent[$"{name}-data"].Exists;

    private static X509Certificate2Collection Certificates(ConfigField field, string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw field.Error($"does not hold PEM certificates: {e.Message}", e);
        }
        return certificates.Count > 0
            ? certificates
            : throw field.Error("holds no certificate; it must be PEM with BEGIN CERTIFICATE");
    }

    /// <summary>The inline field wins over the file, as in kubectl.</summary>
    private static (ConfigField Field, string Pem)? Pem(ConfigField parent, string name)
    {
        if (parent[$"{name}-data"] is { Exists: true } inline)
        {
            return (inline, System.Text.Encoding.UTF8.GetString(inline.Base64()));
        }
        return parent[name] is { Exists: true } file ? (file, ReadFile(file)) : null;
    }

    private static BearerToken? Token(ConfigField user, TimeProvider time)
    {
        // tokenFile wins over token, as in kubectl.
        if (user["tokenFile"] is { Exists: true } file)
        {
            ReadFile(file);
            return new FileToken(FullPath(file), time);
        }
        return user["token"].Text is { } token ? new StaticToken(token) : null;
    }

    private static string ReadFile(ConfigField field)
    {
        try
        {
            return File.ReadAllText(FullPath(field));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw field.Error($"names the file '{FullPath(field)}', which cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Relative to the file that names it.</summary>
    private static string FullPath(ConfigField field) => Path.GetFullPath(field.Text!, field.Folder);

    private static string OneOf(string what, IEnumerable<string> names) => $"{what} ({string.Join(", ", names)})";

    private static string Known(IReadOnlyDictionary<string, ConfigField> entries) =>
        $"; there are: {(entries.Count == 0 ? "none" : string.Join(", ", entries.Keys))}";
}
