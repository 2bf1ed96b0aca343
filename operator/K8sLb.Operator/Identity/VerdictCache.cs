using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace K8sLb.Operator.Identity;

/// <summary>Verdicts for a short time, by the hash of their token. Full of what is still good, it begins anew.</summary>
internal sealed class VerdictCache(int capacity, TimeSpan lifetime, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (TokenVerdict Verdict, DateTimeOffset Until)> entries = new(
        StringComparer.Ordinal
    );

    public int Count => entries.Count;

    /// <summary>Nobody who reads this process's memory finds a token in the cache.</summary>
    public static string Key(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public TokenVerdict? Find(string key) =>
        entries.TryGetValue(key, out var entry) && time.GetUtcNow() < entry.Until ? entry.Verdict : null;

    public void Put(string key, TokenVerdict verdict)
    {
        if (entries.Count >= capacity)
        {
            MakeRoom();
        }
        entries[key] = (verdict, time.GetUtcNow() + lifetime);
    }

    private void MakeRoom()
    {
        var now = time.GetUtcNow();
        foreach (var (key, entry) in entries)
        {
            if (now >= entry.Until)
            {
                entries.TryRemove(key, out _);
            }
        }
        if (entries.Count >= capacity)
        {
            entries.Clear();
        }
    }
}
