using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// What the relay asks of the member's shared decisions. Called on loop threads, by several at once, on the path of every
/// request: no call may block.
/// </summary>
internal interface IRelayBrain
{
    /// <summary>Where a piece of new work goes; null where it is refused.</summary>
    /// <param name="staysHere">It is for the local application alone.</param>
    RelayTarget? Next(in Arrival arrival, WorkKind kind, bool staysHere);

    /// <summary>Another place for work that <paramref name="failed"/> never received; null where there is none.</summary>
    RelayTarget? Instead(in Arrival arrival, bool staysHere, RelayTarget failed);

    /// <summary>A connection to the target stands.</summary>
    void Reached(RelayTarget target);

    /// <summary>A piece of work was handed to the target, or refused where that is null.</summary>
    void Served(in Arrival arrival, RelayTarget? target);

    /// <summary>A piece of work ended otherwise than its protocol has it.</summary>
    void Failed(RelayFailure how);

    TrackedConnection Open(in Arrival arrival, ClientProtocol protocol, IClientChannel channel);

    /// <summary>A connection brought its first work.</summary>
    void NoteArrival();
}

/// <summary>How a piece of work failed; the names are the metric's.</summary>
internal enum RelayFailure
{
    /// <summary>The client's bytes break its protocol.</summary>
    BadRequest,

    /// <summary>Nobody could be reached to take it.</summary>
    Unreachable,

    /// <summary>The application closed before it said anything.</summary>
    NoResponse,

    /// <summary>The application's bytes break its protocol.</summary>
    BadResponse,

    /// <summary>The application closed in the middle of what it said.</summary>
    BrokeOff,
}
