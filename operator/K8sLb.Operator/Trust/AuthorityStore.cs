using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using K8sLb.Core;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Sessions;

namespace K8sLb.Operator.Trust;

/// <summary>One Secret for all replicas. What is damaged is told, and never written over.</summary>
internal sealed class AuthorityStore(IKubernetesClient client, string @namespace)
{
    public const string Name = "k8slb-ca";

    private const string Type = "k8slb.io/ca";
    private const string Entry = "authorities.json";

    /// <exception cref="TrustException">What is there cannot be used.</exception>
    public async Task<StoredTrust> ReadAsync(CancellationToken cancellationToken)
    {
        var secret = await client.GetAsync<V1Secret>(Name, @namespace, cancellationToken);
        return secret is null ? new([], null) : new(Parse(secret.Data), secret.Metadata.ResourceVersion);
    }

    /// <param name="version">Of what was read.</param>
    /// <returns>False where somebody else has written meanwhile: read again.</returns>
    public async Task<bool> TryWriteAsync(
        IReadOnlyList<StoredAuthority> authorities,
        string? version,
        CancellationToken cancellationToken
    )
    {
        var secret = Secret(authorities, version);
        try
        {
            _ = version is null
                ? await client.CreateAsync(secret, cancellationToken)
                : await client.UpdateAsync(secret, cancellationToken);
            return true;
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsAlreadyExists)
        {
            return false;
        }
    }

    private V1Secret Secret(IReadOnlyList<StoredAuthority> authorities, string? version) =>
        new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = Name,
                NamespaceProperty = @namespace,
                ResourceVersion = version,
                Labels = new Dictionary<string, string> { [SecretKeyStore.ManagedByLabel] = SecretKeyStore.ManagedBy },
            },
            Type = Type,
            Data = new Dictionary<string, byte[]>
            {
                [Entry] = JsonSerializer.SerializeToUtf8Bytes(
                    [.. authorities.Select(ToEntry)],
                    AuthorityJson.Default.IReadOnlyListAuthorityEntry
                ),
            },
        };

    private static AuthorityEntry ToEntry(StoredAuthority authority) =>
        new()
        {
            Id = authority.Record.Id,
            SignsFrom = authority.Record.SignsFrom,
            Certificate = authority.Certificate,
            Key = authority.Key,
        };

    private IReadOnlyList<StoredAuthority> Parse(IDictionary<string, byte[]>? data)
    {
        if (data?.TryGetValue(Entry, out var json) != true)
        {
            throw Damaged("there is no such entry");
        }
        try
        {
            var entries = JsonSerializer.Deserialize(json, AuthorityJson.Default.IReadOnlyListAuthorityEntry);
            return entries is { Count: > 0 } ? [.. entries.Select(Parse)] : throw Damaged("it holds no authority");
        }
        catch (Exception e) when (e is JsonException or CryptographicException or ArgumentException)
        {
            // The message of the cause may show a part of what is secret.
            throw Damaged($"it is no list of authorities with their keys ({e.GetType().Name})");
        }
    }

    private StoredAuthority Parse(AuthorityEntry entry)
    {
        // Also checks that the key belongs to the certificate.
        using var certificate = X509Certificate2.CreateFromPem(entry.Certificate, entry.Key);
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().All(c => !c.CertificateAuthority))
        {
            throw Damaged($"the certificate of {entry.Id} is none of an authority");
        }
        return new(
            new(
                entry.Id,
                certificate.NotBefore.ToUniversalTime(),
                certificate.NotAfter.ToUniversalTime(),
                entry.SignsFrom
            ),
            entry.Certificate,
            entry.Key
        );
    }

    private TrustException Damaged(string why) =>
        new(
            $"Secret {@namespace}/{Name}, entry {Entry}: {why}. Put it back, or delete the Secret to have a new authority made, "
                + "which sidecars trust as soon as its ConfigMap has reached their pods"
        );
}

/// <param name="Version">Null where nothing is stored yet.</param>
internal sealed record StoredTrust(IReadOnlyList<StoredAuthority> Authorities, string? Version);
