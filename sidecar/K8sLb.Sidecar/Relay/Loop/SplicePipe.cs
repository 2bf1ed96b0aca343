namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>A kernel pipe between two sockets.</summary>
internal sealed class SplicePipe(int readEnd, int writeEnd)
{
    public int ReadEnd { get; } = readEnd;
    public int WriteEnd { get; } = writeEnd;

    /// <summary>Bytes that left the source and have not reached the sink.</summary>
    public int Held { get; set; }
}
