using System.Text.Json;
using System.Text.Json.Serialization;
using K8sLb.Core;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Sessions;

/// <summary>A Secret for each pool, which goes with it. One that somebody else made is left alone.</summary>
internal sealed class SecretKeyStore(IKubernetesClient client) : ISessionKeyStore
{
    /// <summary>After the pool's name.</summary>
    public const string NameSuffix = "-session-keys";
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";
    public const string ManagedBy = "k8slb-operator";

    private const string Type = "k8slb.io/session-keys";
    private const string Entry = "keys.json";
    private static readonly BackendPool Owner = new();

    public async Task<StoredKeys> ReadAsync(ObjectKey pool, string uid, CancellationToken cancellationToken)
    {
        var name = pool.Name + NameSuffix;
        var secret = await client.GetAsync<V1Secret>(name, pool.Namespace, cancellationToken);
        if (secret is null)
        {
            return new([], null);
        }
        if (secret.Metadata.OwnerReferences?.Any(o => o.Uid == uid) != true)
        {
            throw new SessionKeysException(
                $"Secret {name} exists and does not belong to this pool: delete it to have keys made"
            );
        }
        return new(Parse(name, secret.Data), secret.Metadata.ResourceVersion);
    }

    public async Task WriteAsync(
        ObjectKey pool,
        string uid,
        IReadOnlyList<SessionKeyRecord> keys,
        string? version,
        CancellationToken cancellationToken
    )
    {
        var secret = Secret(pool, uid, keys, version);
        if (version is null)
        {
            await client.CreateAsync(secret, cancellationToken);
        }
        else
        {
            await client.UpdateAsync(secret, cancellationToken);
        }
    }

    private static V1Secret Secret(ObjectKey pool, string uid, IReadOnlyList<SessionKeyRecord> keys, string? version) =>
        new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = pool.Name + NameSuffix,
                NamespaceProperty = pool.Namespace,
                ResourceVersion = version,
                Labels = new Dictionary<string, string> { [ManagedByLabel] = ManagedBy },
                OwnerReferences =
                [
                    new V1OwnerReference
                    {
                        ApiVersion = Owner.ApiVersion,
                        Kind = Owner.Kind,
                        Name = pool.Name,
                        Uid = uid,
                        Controller = true,
                    },
                ],
            },
            Type = Type,
            Data = new Dictionary<string, byte[]>
            {
                [Entry] = JsonSerializer.SerializeToUtf8Bytes(
                    keys,
                    SessionKeysJson.Default.IReadOnlyListSessionKeyRecord
                ),
            },
        };

    private static IReadOnlyList<SessionKeyRecord> Parse(string name, IDictionary<string, byte[]>? data)
    {
        try
        {
            if (
                data?.TryGetValue(Entry, out var json) == true
                && JsonSerializer.Deserialize(json, SessionKeysJson.Default.IReadOnlyListSessionKeyRecord)
                    is { Count: > 0 } keys
                && keys.All(k => k is { Secret.Length: >= KeyBytes })
            )
            {
                return keys;
            }
        }
        catch (JsonException e)
        {
            // The message of the cause may show a part of what is secret.
            throw new SessionKeysException(Damaged(name), e);
        }
        throw new SessionKeysException(Damaged(name));
    }

    /// <summary>As long as the hash is: RFC 2104 section 3.</summary>
    public const int KeyBytes = 32;

    private static string Damaged(string name) =>
        $"Secret {name} does not hold keys in its entry {Entry}: delete it to have new ones made, which ends all sessions";
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IReadOnlyList<SessionKeyRecord>))]
internal sealed partial class SessionKeysJson : JsonSerializerContext;
