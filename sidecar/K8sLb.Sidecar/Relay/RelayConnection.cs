using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Protocols;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// A client's connection: what the registry sees of it, and the protocol that it speaks now, which an upgrade changes.
/// Releases come from other threads and are carried out on the loop.
/// </summary>
internal sealed class RelayConnection : IClientChannel
{
    private const int NotAsked = -1;

    private ProtocolSession? session;
    private int lastAsked = NotAsked;

    public RelayConnection(RelayWorker worker, Channel client, in Arrival arrival, ClientProtocol protocol)
    {
        (Worker, Client, Arrival) = (worker, client, arrival);
        Tracked = worker.Brain.Open(arrival, protocol, this);
    }

    public RelayWorker Worker { get; }
    public Channel Client { get; }
    public Arrival Arrival { get; }
    public TrackedConnection Tracked { get; }

    /// <summary>A release was asked for, and how urgently; the protocol waits for its moment. Null where it was not.</summary>
    public ReleaseUrgency? AskedRelease { get; private set; }

    /// <summary>From now on the session is told of everything. One that takes over is told at once.</summary>
    public void Speak(ClientProtocol protocol, ProtocolSession next)
    {
        session = next;
        Client.Owner = next;
        if (Tracked.Protocol != protocol)
        {
            Tracked.Upgrade(protocol);
        }
        if (AskedRelease is { } urgency)
        {
            next.Release(urgency);
        }
    }

    /// <summary>The session is over: the account is closed. The socket may linger.</summary>
    public void Finished()
    {
        session = null;
        Tracked.Close();
    }

    /// <summary>Asked of every connection in every round of a drain: to wait for an answer need not be said twice.</summary>
    public void Release(ReleaseUrgency urgency)
    {
        if (Interlocked.Exchange(ref lastAsked, (int)urgency) == (int)urgency && urgency == ReleaseUrgency.AfterAnswer)
        {
            return;
        }
        Worker.Loop.Post(static state => ((PendingRelease)state!).Carry(), new PendingRelease(this, urgency));
    }

    public void Stay()
    {
        Volatile.Write(ref lastAsked, NotAsked);
        Worker.Loop.Post(static state => ((RelayConnection)state!).TakeBack(), this);
    }

    public void Cut(bool reset) =>
        Worker.Loop.Post(
            reset
                ? static state => ((RelayConnection)state!).session?.Cut(reset: true)
                : static state => ((RelayConnection)state!).session?.Cut(reset: false),
            this
        );

    private void TakeBack()
    {
        AskedRelease = null;
        session?.Stay();
    }

    private sealed record PendingRelease(RelayConnection Connection, ReleaseUrgency Urgency)
    {
        public void Carry()
        {
            Connection.AskedRelease = Urgency;
            Connection.session?.Release(Urgency);
        }
    }
}
