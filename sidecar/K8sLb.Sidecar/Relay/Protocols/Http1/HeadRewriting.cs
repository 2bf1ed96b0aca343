using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <summary>
/// The one field that the relay touches: Connection, which belongs to each hop (RFC 9110 section 7.6.1). Everything else of
/// a message passes byte for byte.
/// </summary>
internal static class HeadRewriting
{
    public static ReadOnlySpan<byte> CloseLine => "Connection: close\r\n"u8;

    /// <summary>The line says nothing but whether the client's own connection stays: it is not for the upstream one.</summary>
    public static bool IsForThisHopAlone(in HeadFields fields) =>
        fields.ConnectionLines == 1
        && (fields.Connection & ~(ConnectionOptions.Close | ConnectionOptions.KeepAlive)) == 0;

    /// <summary>The message without its Connection line.</summary>
    /// <param name="message">A head and whatever of the content goes with it.</param>
    /// <returns>Bytes written to <paramref name="to"/>.</returns>
    public static int WithoutConnection(ReadOnlySpan<byte> message, in HeadFields fields, Span<byte> to)
    {
        message[..fields.ConnectionStart].CopyTo(to);
        message[fields.ConnectionEnd..].CopyTo(to[fields.ConnectionStart..]);
        return message.Length - (fields.ConnectionEnd - fields.ConnectionStart);
    }

    /// <summary>The response with Connection: close, in place of a keep-alive or beside other options.</summary>
    /// <inheritdoc cref="WithoutConnection"/>
    public static int WithClose(ReadOnlySpan<byte> message, in ResponseHead head, Span<byte> to)
    {
        var fields = head.Fields;
        var replaced = IsForThisHopAlone(fields);
        var cut = replaced ? fields.ConnectionStart : head.InsertAt;
        var resume = replaced ? fields.ConnectionEnd : head.InsertAt;
        message[..cut].CopyTo(to);
        CloseLine.CopyTo(to[cut..]);
        message[resume..].CopyTo(to[(cut + CloseLine.Length)..]);
        return message.Length - (resume - cut) + CloseLine.Length;
    }
}
