using K8sLb.Protocol;

namespace K8sLb.Sidecar.Sessions;

/// <summary>The keys of a snapshot, the newest first. Immutable.</summary>
public sealed class SessionKeyRing
{
    private readonly RingKey[] keys;

    public SessionKeyRing(IEnumerable<SessionKey> keys) =>
        this.keys = [
            .. keys.OrderByDescending(k => k.NotBefore)
                .ThenByDescending(k => k.Id)
                .Select(k => new RingKey(k.Id, k.Secret.ToArray(), k.NotBefore)),
        ];

    public bool IsEmpty => keys.Length == 0;

    public RingKey? Find(uint id)
    {
        // A handful at most.
        foreach (var key in keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }
        return null;
    }

    /// <summary>The newest that is in use; the oldest where none is, because a token by it can be read everywhere.</summary>
    public RingKey Signing(DateTimeOffset now)
    {
        foreach (var key in keys)
        {
            if (key.NotBefore <= now)
            {
                return key;
            }
        }
        return keys[^1];
    }
}

/// <summary>A key made ready for use.</summary>
public sealed class RingKey(uint id, byte[] secret, DateTimeOffset notBefore)
{
    public uint Id => id;
    public ReadOnlySpan<byte> Secret => secret;
    public DateTimeOffset NotBefore => notBefore;
}
