using System.Security.Cryptography;
using K8sLb.Core;
using K8sLb.Protocol;

namespace K8sLb.Operator.Pools;

/// <summary>
/// The keys that one pool's members prove to each other, for as long as this replica serves the pool. Kept nowhere: a replica that takes
/// over makes new ones, and members go on with those that they have until they end (decision 0021). Used by the reconciler alone.
/// </summary>
internal sealed class PoolPeerKeys
{
    private const int IdBytes = 8;
    private const int SecretBytes = 32;

    private IReadOnlyList<PeerKeyRecord> keys = [];

    /// <returns>The preferred first.</returns>
    public IReadOnlyList<PeerKey> At(DateTimeOffset now)
    {
        keys = PeerKeyRotation.Rotate(keys, now, Fresh(now));
        return
        [
            .. keys.Select(k => new PeerKey
            {
                Id = k.Id,
                Secret = k.Secret,
                GoodUntil = k.MadeAt + PeerKeyRotation.Life,
            }),
        ];
    }

    private static PeerKeyRecord Fresh(DateTimeOffset now) =>
        new(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)),
            RandomNumberGenerator.GetBytes(SecretBytes),
            now
        );
}
