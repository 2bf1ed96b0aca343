using System.Net;
using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>What a hello must be before anybody looks the pod up: its peers will dial what it says.</summary>
public static class HelloRules
{
    /// <summary>The preface of a peer connection must fit <see cref="PeerPreface.MaxBytes"/> with a port name of 15 and its frame.</summary>
    private const int MaxCredentialLength = 200;

    /// <summary>It is shown in statuses and events. A version with the full name of a commit has half of this.</summary>
    private const int MaxVersionLength = 100;

    /// <summary>Far beyond any count, and far from an overflow: what comes next must be greater.</summary>
    private const long MaxHeld = 1L << 53;

    /// <returns>Null where it is good; else the field, its value and what would be right.</returns>
    public static string? Check(Hello hello)
    {
        if (hello.ProtocolVersion != ControlStream.ProtocolVersion)
        {
            return $"protocolVersion: {hello.ProtocolVersion}: this operator speaks {ControlStream.ProtocolVersion}";
        }
        if (
            !IPAddress.TryParse(hello.PeerAddress, out var address)
            || address.Equals(IPAddress.Any)
            || address.Equals(IPAddress.IPv6Any)
        )
        {
            return $"peerAddress: \"{hello.PeerAddress}\": must be the IP address where peers reach this member";
        }
        if (
            hello.SidecarVersion.Length is 0 or > MaxVersionLength
            || hello.SidecarVersion.Any(c => c is <= ' ' or > '~')
        )
        {
            return $"sidecarVersion: must be 1 to {MaxVersionLength} printable ASCII characters without spaces";
        }
        if (hello.PeerPort is < 1 or > 65535)
        {
            return $"peerPort: {hello.PeerPort}: must be 1 to 65535";
        }
        if (
            hello.PeerCredential.Length is 0 or > MaxCredentialLength
            || hello.PeerCredential.Any(c => c is <= ' ' or > '~')
        )
        {
            return $"peerCredential: must be 1 to {MaxCredentialLength} printable ASCII characters without spaces";
        }
        if (hello.Held is { } held && (held.Epoch is < 0 or > MaxHeld || held.Version is < 0 or > MaxHeld))
        {
            return $"held: epoch {held.Epoch}, version {held.Version}: both must be 0 to {MaxHeld}";
        }
        return null;
    }
}
