namespace K8sLb.Benchmarks;

/// <summary>What a client reaches through a contender; each is a port of its own.</summary>
internal enum Service
{
    /// <summary>A small and a large file.</summary>
    Http1,

    /// <summary>The same over cleartext HTTP/2 with prior knowledge.</summary>
    Http2,

    /// <summary>Echoes messages.</summary>
    WebSocket,

    /// <summary>Takes bytes and drops them.</summary>
    Tcp,
}
