using System.Collections.Concurrent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Relay;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Relay.Tests.Harness;

/// <summary>Decides as the test says, over a real registry.</summary>
internal sealed class TestBrain : IRelayBrain
{
    public ConnectionRegistry Registry { get; } = new(TimeProvider.System);

    /// <summary>Null refuses new work.</summary>
    public RelayTarget? Target { get; set; }
    public RelayTarget? Fallback { get; set; }

    /// <summary>Connections come in while the member is being released, and their turn comes at once.</summary>
    public bool ComesLate { get; set; }
    public ConcurrentQueue<RelayFailure> Failures { get; } = [];
    public int ReachedCount;

    public RelayPlace Next(in Arrival arrival, TrackedConnection connection, WorkKind kind, bool staysHere) =>
        Target is null ? RelayPlace.Refused : RelayPlace.At(Target);

    public RelayPlace Again(RelayTarget target, in Arrival arrival, bool staysHere) => RelayPlace.At(target);

    public RelayTarget Local(in Arrival arrival) => Target!;

    public RelayTarget? Admit(in Arrival arrival) => Target;

    public RelayPlace Instead(in Arrival arrival, bool staysHere, RelayTarget failed, bool isFull = false) =>
        Fallback is null ? RelayPlace.Full : RelayPlace.At(Fallback);

    public LinkedListNode<IPendingWork>? TryWait(IPendingWork work) => null;

    public void Withdraw(LinkedListNode<IPendingWork> entry) { }

    public void Reached(RelayTarget target) => Interlocked.Increment(ref ReachedCount);

    public void Served(in Arrival arrival, RelayTarget? target) { }

    public void Failed(RelayFailure how) => Failures.Enqueue(how);

    public TrackedConnection Open(in Arrival arrival, ClientProtocol protocol, IClientChannel channel) =>
        Track(Registry.Open(protocol, arrival.Port.Name, arrival.FromPeer, channel));

    public void NoteArrival() => Registry.NoteArrival();

    private TrackedConnection Track(TrackedConnection connection)
    {
        if (ComesLate)
        {
            connection.Release(ReleaseUrgency.AfterAnswer);
        }
        return connection;
    }
}
