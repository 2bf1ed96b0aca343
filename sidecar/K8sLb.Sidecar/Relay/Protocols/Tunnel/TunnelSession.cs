using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay.Protocols.Tunnel;

/// <summary>
/// Bytes both ways, each direction ended by itself: TCP ports, and what HTTP/1.1 upgraded to something that the relay does
/// not know. There is no polite signal; only the end of the application, of the client, or the deadline ends it.
/// </summary>
internal sealed class TunnelSession : ProtocolSession
{
    private readonly Upstream upstream;
    private ByteFlow toUpstream;
    private ByteFlow toClient;
    private bool upstreamEnded;
    private bool clientEnded;

    /// <summary>A peer awaits word that work is taken here.</summary>
    private bool owesAcceptance;

    /// <summary>Its first bytes make it an arrival: a load balancer's bare connect is none.</summary>
    private bool awaitsFirstBytes;

    private TunnelSession(RelayConnection connection, Upstream upstream)
        : base(connection)
    {
        this.upstream = upstream;
        upstream.Owner = this;
        NoteHeld(upstream);
    }

    public override void OnPlaced(Upstream upstream) => NoteHeld(upstream);

    /// <summary>A TCP connection, which is one piece of work.</summary>
    public static void Open(RelayConnection connection)
    {
        var worker = connection.Worker;
        var arrival = connection.Arrival;
        var at = worker.Brain.Next(arrival, connection.Tracked, WorkKind.Connection, arrival.FromPeer);
        worker.Brain.Served(arrival, at.Target);
        if (at.Target is not { } target)
        {
            Refuse(connection, at.Verdict);
            return;
        }
        connection.Tracked.BeginWork();
        var upstream = Upstream.Connect(worker, arrival, arrival.FromPeer, target);
        upstream.BeginWork(at.Place, isWhole: true);
        connection.Speak(
            ClientProtocol.Tcp,
            new TunnelSession(connection, upstream) { owesAcceptance = arrival.FromPeer, awaitsFirstBytes = true }
        );
    }

    /// <summary>A whole connection does not wait for a place: its client would take it for open.</summary>
    private static void Refuse(RelayConnection connection, RelayVerdict why)
    {
        if (why != RelayVerdict.Refused)
        {
            connection.Worker.Brain.Failed(RelayFailure.Overloaded);
        }
        if (connection.Arrival.FromPeer)
        {
            connection.Client.Send(PeerPreface.Full);
        }
        connection.Client.Close();
        connection.Finished();
    }

    /// <summary>Takes over after an upgrade; the request that asked for it is the work, and stays in flight.</summary>
    public static void TakeOver(RelayConnection connection, Upstream upstream)
    {
        var session = new TunnelSession(connection, upstream);
        connection.Speak(ClientProtocol.Tcp, session);
        session.Pump();
    }

    public override void Release(ReleaseUrgency urgency) { }

    protected override void OnClient() => Pump();

    protected override void OnUpstreamReady() => Pump();

    protected override void OnUpstreamUnreachable()
    {
        Worker.Brain.Failed(RelayFailure.Unreachable);
        Connection.Tracked.MarkCut();
        Close(reset: true);
    }

    protected override void Drop()
    {
        toUpstream.Drop(Client);
        toClient.Drop(upstream.Channel);
        upstream.Close();
        Connection.Tracked.EndWork();
    }

    private void Pump()
    {
        if (!upstream.IsReady)
        {
            if (Client.IsBroken)
            {
                // The application may have accepted already: it learns of a reset as such.
                upstream.Reset();
                Close(reset: true);
            }
            return;
        }
        if (owesAcceptance)
        {
            owesAcceptance = false;
            Client.Send(PeerPreface.Accepted);
        }
        if (!clientEnded && !Move(ref toUpstream, Client, upstream.Channel, ref clientEnded))
        {
            return;
        }
        if (!upstreamEnded && !Move(ref toClient, upstream.Channel, Client, ref upstreamEnded))
        {
            return;
        }
        if (clientEnded && upstreamEnded && !Client.HasBacklog && !upstream.HasBacklog)
        {
            Close(reset: false);
        }
    }

    /// <returns>False where the session is over.</returns>
    private bool Move(ref ByteFlow flow, Channel from, Channel to, ref bool ended)
    {
        var status = flow.Move(from, to, long.MaxValue, out var moved);
        if (moved > 0)
        {
            NoteMoved(from);
        }
        switch (status)
        {
            case FlowStatus.Ended:
                ended = true;
                to.End();
                break;
            case FlowStatus.Failed:
                // One side was reset: so is the other.
                upstream.Reset();
                Close(reset: true);
                return false;
        }
        return true;
    }

    private void NoteMoved(Channel from)
    {
        Connection.Tracked.NoteActivity();
        if (awaitsFirstBytes && from == Client)
        {
            awaitsFirstBytes = false;
            Worker.Brain.NoteArrival();
        }
    }
}
