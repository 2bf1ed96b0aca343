using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// What the relay asks of the member's shared decisions. Called on loop threads, by several at once, on the path of every
/// request: no call may block.
/// </summary>
internal interface IRelayBrain
{
    /// <summary>Where a piece of new work goes.</summary>
    /// <param name="staysHere">It is for the local application alone.</param>
    RelayPlace Next(in Arrival arrival, TrackedConnection connection, WorkKind kind, bool staysHere);

    /// <summary>As <see cref="Next"/>, for a connection that is bound to where its work went before.</summary>
    RelayPlace Again(RelayTarget target, in Arrival arrival, bool staysHere);

    /// <summary>The local application, for work that has its place.</summary>
    RelayTarget Local(in Arrival arrival);

    /// <summary>The local application, for a peer that will bring work; null where there is no place for any.</summary>
    RelayTarget? Admit(in Arrival arrival);

    /// <summary>Another place for work that <paramref name="failed"/> never received, if there is one.</summary>
    /// <param name="isFull">It was there, and had no place.</param>
    RelayPlace Instead(in Arrival arrival, bool staysHere, RelayTarget failed, bool isFull = false);

    /// <summary>Waits for a place at the local application.</summary>
    /// <returns>What to withdraw it by; null where it may not wait.</returns>
    LinkedListNode<IPendingWork>? TryWait(IPendingWork work);

    /// <summary>The work is told nothing any more, unless it has been told already.</summary>
    void Withdraw(LinkedListNode<IPendingWork> entry);

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

    /// <summary>Nobody had a place for it in time.</summary>
    Overloaded,

    /// <summary>The application closed before it said anything.</summary>
    NoResponse,

    /// <summary>The application's bytes break its protocol.</summary>
    BadResponse,

    /// <summary>The application closed in the middle of what it said.</summary>
    BrokeOff,
}
