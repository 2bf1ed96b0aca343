using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay;

namespace K8sLb.Relay.Tests.Harness;

/// <summary>Decides as the test says, over a real registry.</summary>
internal sealed class TestBrain : IRelayBrain
{
    public ConnectionRegistry Registry { get; } = new(TimeProvider.System);

    /// <summary>Null refuses new work.</summary>
    public RelayTarget? Target { get; set; }
    public RelayTarget? Fallback { get; set; }
    public bool IsReleasing { get; set; }
    public int ReachedCount;

    public RelayTarget? Next(in RelayArrival arrival) => Target;

    public RelayTarget? Instead(in RelayArrival arrival, RelayTarget failed) => Fallback;

    public void Reached(RelayTarget target) => Interlocked.Increment(ref ReachedCount);

    public void Served(RelayTarget? target) { }

    public TrackedConnection Open(in RelayArrival arrival, ClientProtocol protocol, IClientChannel channel) =>
        Registry.Open(protocol, arrival.Port, arrival.FromPeer, channel);

    public void NoteArrival() => Registry.NoteArrival();
}
