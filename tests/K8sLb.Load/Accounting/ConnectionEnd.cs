namespace K8sLb.Load;

/// <summary>How a connection ended. Opened = the sum of these + still open.</summary>
internal enum ConnectionEnd
{
    /// <summary>By the client: it had what it wanted, gave up waiting, or the load is over.</summary>
    ByClient,

    /// <summary>After the protocol's notice: Connection: close, GOAWAY without error, close frame 1000, 1001 or 1012.</summary>
    Polite,

    /// <summary>Without notice, or with one that tells of an error.</summary>
    Cut,

    /// <summary>Without notice, but seen before the next use, so that no request was lost.</summary>
    CutWhileIdle,
}
