using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// What the relay asks of the member's shared decisions. Called on loop threads, by several at once, on the path of every
/// request: no call may block.
/// </summary>
internal interface IRelayBrain
{
    /// <summary>Where a piece of new work goes; null where it is refused.</summary>
    RelayTarget? Next(in RelayArrival arrival);

    /// <summary>Another place for work that <paramref name="failed"/> never received; null where there is none.</summary>
    RelayTarget? Instead(in RelayArrival arrival, RelayTarget failed);

    /// <summary>A connection to the target stands.</summary>
    void Reached(RelayTarget target);

    /// <summary>A piece of work was handed to the target, or refused where that is null.</summary>
    void Served(RelayTarget? target);

    /// <summary>Connections are being released: HTTP/1.1 responses carry Connection: close from now on.</summary>
    bool IsReleasing { get; }

    TrackedConnection Open(in RelayArrival arrival, ClientProtocol protocol, IClientChannel channel);

    /// <summary>A connection brought its first work.</summary>
    void NoteArrival();
}

/// <summary>How a connection came in.</summary>
/// <param name="Port">Name of the pool's port.</param>
/// <param name="FromPeer">Passed on by another member: served by the local application alone.</param>
internal readonly record struct RelayArrival(string Port, bool FromPeer);
