using System.Text;

namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>Options of the Connection field that matter to a relay (RFC 9110 section 7.6.1).</summary>
[Flags]
internal enum ConnectionOptions : byte
{
    None = 0,
    Close = 1,
    KeepAlive = 2,
    Upgrade = 4,

    /// <summary>Some other option: the line cannot be replaced without losing it.</summary>
    Other = 8,

    /// <summary>An option that names Content-Length, Transfer-Encoding or Host: a request to have it removed on the way.</summary>
    FramingField = 16,
}

internal static class ConnectionOptionList
{
    public static ConnectionOptions Parse(ReadOnlySpan<byte> value)
    {
        var options = ConnectionOptions.None;
        foreach (var range in value.Split((byte)','))
        {
            options |= One(Http1Syntax.TrimWhitespace(value[range]));
        }
        return options;
    }

    private static ConnectionOptions One(ReadOnlySpan<byte> option) =>
        option.Length switch
        {
            0 => ConnectionOptions.None,
            5 when Ascii.EqualsIgnoreCase(option, "close"u8) => ConnectionOptions.Close,
            10 when Ascii.EqualsIgnoreCase(option, "keep-alive"u8) => ConnectionOptions.KeepAlive,
            7 when Ascii.EqualsIgnoreCase(option, "upgrade"u8) => ConnectionOptions.Upgrade,
            4 when Ascii.EqualsIgnoreCase(option, "host"u8) => ConnectionOptions.FramingField,
            14 when Ascii.EqualsIgnoreCase(option, "content-length"u8) => ConnectionOptions.FramingField,
            17 when Ascii.EqualsIgnoreCase(option, "transfer-encoding"u8) => ConnectionOptions.FramingField,
            _ => ConnectionOptions.Other,
        };
}
