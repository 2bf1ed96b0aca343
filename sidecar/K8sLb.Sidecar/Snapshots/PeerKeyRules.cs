using K8sLb.Protocol;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>What the keys of a snapshot must be like. No message holds a secret.</summary>
internal static class PeerKeyRules
{
    private const int MostKeys = 8;
    private const int LongestId = 32;

    /// <summary>Under 128 bits a key could be found by trying; beyond HMAC-SHA256's block nothing is gained.</summary>
    private const int ShortestSecret = 16;
    private const int LongestSecret = 64;

    public static void Check(IReadOnlyList<PeerKey> keys, List<string> errors)
    {
        if (keys.Count > MostKeys || keys.Contains(null!))
        {
            errors.Add($"pool.peerKeys must hold {MostKeys} keys at most, and no null");
            return;
        }
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Count; i++)
        {
            var (field, key) = ($"pool.peerKeys[{i}]", keys[i]);
            if (key.Id.Length is 0 or > LongestId || !key.Id.All(char.IsAsciiLetterOrDigit) || !ids.Add(key.Id))
            {
                errors.Add($"{field}.id is \"{key.Id}\": 1 to {LongestId} letters and digits are allowed, once each");
            }
            if (key.Secret.Length is < ShortestSecret or > LongestSecret)
            {
                errors.Add(
                    $"{field}.secret has {key.Secret.Length} bytes: it must have {ShortestSecret} to {LongestSecret}"
                );
            }
        }
    }
}
