using K8sLb.Protocol;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;

namespace K8sLb.Sidecar.Relay.Protocols;

/// <summary>
/// A session with one upstream connection for the client's, which passes frames in both directions, and in which a client
/// can be asked whether it is still there.
/// </summary>
internal abstract class PinnedSession : ProtocolSession, IHeartbeatOwner
{
    private readonly Heartbeat? heartbeat;

    protected PinnedSession(RelayConnection connection, Upstream upstream)
        : base(connection)
    {
        Upstream = upstream;
        upstream.Owner = this;
        NoteHeld(upstream);
        heartbeat = Heartbeat.Begin(Worker.Loop, this, Worker.Settings.HeartbeatMs);
    }

    protected Upstream Upstream { get; }

    public abstract bool TryPing();

    public sealed override void OnPlaced(Upstream upstream) => NoteHeld(upstream);

    public void OnClientDead()
    {
        Connection.Tracked.MarkCut(EndReason.DeadPeer);
        Close(reset: true);
    }

    protected override void OnClient()
    {
        if (Client.IsBroken || Client.HasFailed)
        {
            Close(reset: true);
            return;
        }
        Pump();
    }

    protected override void OnUpstreamReady() => Pump();

    protected override void Drop()
    {
        heartbeat?.Stop();
        Upstream.Close();
    }

    /// <summary>Goes on in both directions.</summary>
    protected abstract void Pump();

    /// <summary>Passes on what is there, or a part of it.</summary>
    protected abstract void Pass(Channel from, bool isClient);

    /// <summary>One side sends no more, or has failed.</summary>
    protected abstract void OnEnd(bool isClient, ReadStatus status);

    /// <summary>One direction, as long as the other side takes what comes, and for one turn.</summary>
    protected void Pump(Channel from, bool isClient)
    {
        for (var reads = 0; !IsOver && !SinkIsBehind(isClient); reads++)
        {
            if (from.HasInput)
            {
                Pass(from, isClient);
            }
            if (IsOver || SinkIsBehind(isClient))
            {
                break;
            }
            if (reads == EventLoop.ReadsPerTurn)
            {
                from.Loop.Defer(from);
                break;
            }
            var status = from.Fill();
            if (status != ReadStatus.Data)
            {
                if (status != ReadStatus.WouldBlock)
                {
                    OnEnd(isClient, status);
                }
                break;
            }
            if (isClient)
            {
                heartbeat?.Heard();
            }
        }
        from.Park();
    }

    private bool SinkIsBehind(bool isClient) => isClient ? Upstream.HasBacklog : Client.HasBacklog;
}
