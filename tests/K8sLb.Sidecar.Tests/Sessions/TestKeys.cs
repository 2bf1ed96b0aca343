using K8sLb.Protocol;

namespace K8sLb.Sidecar.Tests.Sessions;

/// <summary>Keys and policies as an operator would make them.</summary>
internal static class TestKeys
{
    public static SessionKey Key(uint id, DateTimeOffset notBefore)
    {
        var secret = new byte[32];
        new Random((int)id).NextBytes(secret);
        return new()
        {
            Id = id,
            Secret = secret,
            NotBefore = notBefore,
        };
    }

    public static SessionPolicy Policy(SessionKind kind, TimeSpan? timeout = null) =>
        new()
        {
            Kind = kind,
            Name = kind == SessionKind.Header ? "X-Shop-Session" : "shop-session",
            TimeoutMs = (long)(timeout ?? TimeSpan.FromHours(1)).TotalMilliseconds,
            Keys = kind == SessionKind.SourceAddress ? [] : [Key(1, DateTimeOffset.UnixEpoch)],
        };
}
