using System.Text;

namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>
/// Trailers must read like fields and must not frame or route: an application that merges them into the head would see
/// another message than the relay did (RFC 9110 section 6.5.1).
/// </summary>
internal static class TrailerFields
{
    public static FramingError Check(ReadOnlySpan<byte> section)
    {
        if (section.ContainsAny(Http1Syntax.Forbidden))
        {
            return FramingError.ControlByte;
        }
        HeadFields fields = default;
        var error = fields.Parse(section, 0);
        return
            error == FramingError.None
            && (fields.HasContentLength || fields.Chunked || fields.ConnectionLines > 0 || NamesHost(section))
            ? FramingError.ForbiddenTrailer
            : error;
    }

    private static bool NamesHost(ReadOnlySpan<byte> section)
    {
        while (section.Length > 2)
        {
            if (section.Length > 5 && section[4] == ':' && Ascii.EqualsIgnoreCase(section[..4], "host"u8))
            {
                return true;
            }
            section = section[(section.IndexOf((byte)'\n') + 1)..];
        }
        return false;
    }
}
