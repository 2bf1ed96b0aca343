namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>Methods that change how a message is framed, and whether it may be sent twice (RFC 9110 section 9.2.2).</summary>
internal enum RequestMethod : byte
{
    /// <summary>Not known to be idempotent: never sent twice.</summary>
    Other,

    /// <summary>GET, OPTIONS, TRACE, PUT, DELETE.</summary>
    Idempotent,

    /// <summary>Its response has no content, whatever its fields say.</summary>
    Head,

    /// <summary>A 2xx turns the connection into a tunnel.</summary>
    Connect,
}

internal static class RequestMethods
{
    /// <summary>Methods are case-sensitive.</summary>
    public static RequestMethod Parse(ReadOnlySpan<byte> method) =>
        method.Length switch
        {
            3 when method.SequenceEqual("GET"u8) || method.SequenceEqual("PUT"u8) => RequestMethod.Idempotent,
            4 when method.SequenceEqual("HEAD"u8) => RequestMethod.Head,
            5 when method.SequenceEqual("TRACE"u8) => RequestMethod.Idempotent,
            6 when method.SequenceEqual("DELETE"u8) => RequestMethod.Idempotent,
            7 when method.SequenceEqual("OPTIONS"u8) => RequestMethod.Idempotent,
            7 when method.SequenceEqual("CONNECT"u8) => RequestMethod.Connect,
            _ => RequestMethod.Other,
        };
}
