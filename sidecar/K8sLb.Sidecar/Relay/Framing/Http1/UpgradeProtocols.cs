using System.Text;

namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>Protocols named in an Upgrade field (RFC 9110 section 7.8).</summary>
[Flags]
internal enum UpgradeProtocols : byte
{
    None = 0,
    WebSocket = 1,

    /// <summary>HTTP/2 over cleartext (RFC 7540 section 3.2).</summary>
    H2c = 2,
    Other = 4,
}

internal static class UpgradeProtocolList
{
    public static UpgradeProtocols Parse(ReadOnlySpan<byte> value)
    {
        var protocols = UpgradeProtocols.None;
        foreach (var range in value.Split((byte)','))
        {
            var name = Http1Syntax.TrimWhitespace(value[range]);
            protocols |=
                name.IsEmpty ? UpgradeProtocols.None
                : Ascii.EqualsIgnoreCase(name, "websocket"u8) ? UpgradeProtocols.WebSocket
                : Ascii.EqualsIgnoreCase(name, "h2c"u8) ? UpgradeProtocols.H2c
                : UpgradeProtocols.Other;
        }
        return protocols;
    }
}
