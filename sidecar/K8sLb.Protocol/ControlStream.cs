namespace K8sLb.Protocol;

/// <summary>
/// Constants of the control stream: one full-duplex HTTP/2 request for each sidecar, newline-delimited JSON both ways.
/// Lines up are <see cref="SidecarMessage"/>, lines down are <see cref="OperatorMessage"/>.
/// </summary>
public static class ControlStream
{
    public const string AttachPath = "/k8slb.v1/attach";
    public const string ContentType = "application/x-ndjson";

    /// <summary>What the token of a sidecar is for; one that is stolen elsewhere is of no use here, and this one of none there.</summary>
    public const string TokenAudience = "k8slb";

    /// <summary>Version of the messages' meaning. Unknown fields are ignored, so only a change of meaning raises it.</summary>
    public const int ProtocolVersion = 1;

    /// <summary>A longer line ends the stream. 4 MiB holds a pool of about 10,000 members.</summary>
    public const int MaxLineBytes = 4 * 1024 * 1024;

    /// <summary>The same for lines from a sidecar, which speak of one member only.</summary>
    public const int MaxSidecarLineBytes = 64 * 1024;
}
