namespace K8sLb.Protocol;

/// <summary>How requests of one session find the member that has it.</summary>
public sealed record SessionPolicy
{
    public required SessionKind Kind { get; init; }

    /// <summary>Of the cookie or of the header.</summary>
    public string Name
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>A token lasts so long from the start of its session; 0 where there are no tokens.</summary>
    public long TimeoutMs { get; init; }

    /// <summary>For tokens: any of them proves one, the newest that is in use signs.</summary>
    public IReadOnlyList<SessionKey> Keys
    {
        get;
        init => field = value ?? [];
    } = [];
}

public enum SessionKind
{
    /// <summary>The client keeps a token in a cookie.</summary>
    Cookie,

    /// <summary>The client sends back a token that it got in a header.</summary>
    Header,

    /// <summary>The client is known by its address; there is no token.</summary>
    SourceAddress,
}

public sealed record SessionKey
{
    public required uint Id { get; init; }

    /// <summary>For HMAC-SHA256.</summary>
    public required ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>Signs from then on; it proves tokens before, so that every member knows it in time.</summary>
    public required DateTimeOffset NotBefore { get; init; }
}
