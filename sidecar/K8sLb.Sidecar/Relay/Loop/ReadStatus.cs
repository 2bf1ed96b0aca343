namespace K8sLb.Sidecar.Relay.Loop;

internal enum ReadStatus : byte
{
    /// <summary>There is more in <see cref="Channel.Input"/> than before.</summary>
    Data,

    /// <summary>Nothing now; the owner is told when there is.</summary>
    WouldBlock,

    /// <summary>The peer has ended its direction.</summary>
    End,

    /// <summary>Reset, or another error of the connection.</summary>
    Failed,
}
