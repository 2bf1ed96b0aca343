using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;

namespace K8sLb.Sidecar.Relay.Protocols;

/// <summary>
/// One protocol on one client connection, on the loop's thread. It ends exactly once: by closing, by lingering, or by
/// handing the connection to the session of another protocol.
/// </summary>
internal abstract class ProtocolSession(RelayConnection connection) : IChannelOwner, IUpstreamOwner
{
    protected RelayConnection Connection { get; } = connection;
    protected Channel Client => Connection.Client;
    protected RelayWorker Worker => Connection.Worker;
    protected bool IsOver { get; private set; }

    /// <summary>Gives the protocol's polite signal as soon as the protocol allows it. May come again.</summary>
    public abstract void Release(ReleaseUrgency urgency);

    /// <summary>The release is taken back, as far as its signal has not been given.</summary>
    public virtual void Stay() { }

    /// <summary>The client's side can go on.</summary>
    public void OnReady(Channel channel) => Guarded(static session => session.OnClient());

    public void OnUpstream(Upstream upstream) => Guarded(static session => session.OnUpstreamReady());

    /// <inheritdoc/>
    public virtual void OnPlaced(Upstream upstream) { }

    public void OnUnreachable(Upstream upstream) => Guarded(static session => session.OnUpstreamUnreachable());

    /// <summary>Ends it now, whatever is in flight.</summary>
    public void Cut(bool reset)
    {
        if (!IsOver)
        {
            Close(reset);
        }
    }

    protected abstract void OnClient();

    protected abstract void OnUpstreamReady();

    protected abstract void OnUpstreamUnreachable();

    /// <summary>Lets go of what the session holds beside the client: upstream, timers, buffers.</summary>
    protected abstract void Drop();

    /// <summary>All that comes over the connection goes to this one place.</summary>
    protected void NoteHeld(Upstream upstream) =>
        Connection.Tracked.IsHeld = upstream is { IsReady: true, Target.IsLocal: true };

    /// <summary>Nothing more is to be said to the client.</summary>
    protected void Close(bool reset)
    {
        End();
        if (reset)
        {
            Client.Reset();
        }
        else
        {
            Client.Close();
        }
        Connection.Finished();
    }

    /// <summary>FIN behind what is still on its way to the client, then the socket lingers.</summary>
    protected void CloseGently()
    {
        End();
        LingeringClose.Begin(Client, Worker.Settings.LingerMs);
        Connection.Finished();
    }

    /// <summary>The connection is another session's from now on; what this one holds has been taken over.</summary>
    protected void HandOver() => IsOver = true;

    /// <summary>A fault of the relay's own must not leave the account open.</summary>
    private void Guarded(Action<ProtocolSession> step)
    {
        if (IsOver)
        {
            return;
        }
        try
        {
            step(this);
        }
        catch
        {
            if (!IsOver)
            {
                Connection.Tracked.MarkCut();
                Close(reset: true);
            }
            throw;
        }
    }

    private void End()
    {
        IsOver = true;
        Drop();
    }
}
