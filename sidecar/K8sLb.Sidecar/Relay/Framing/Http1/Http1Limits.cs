namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>Bounds on what must be held before it can be judged. Everything else streams through.</summary>
internal static class Http1Limits
{
    /// <summary>Start line and fields, in bytes; the same as Kestrel's default for the fields alone.</summary>
    public const int MaxHead = 32 * 1024;

    public const int MaxFields = 256;

    /// <summary>A chunk's size, its extensions and CRLF.</summary>
    public const int MaxChunkLine = 256;

    /// <summary>Extensions of one message together: tiny chunks with long extensions are a cost attack (CVE-2023-39326).</summary>
    public const int MaxChunkExtensions = 16 * 1024;

    public const int MaxTrailers = 8 * 1024;
}
