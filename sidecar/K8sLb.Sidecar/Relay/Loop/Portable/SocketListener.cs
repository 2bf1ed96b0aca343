using System.Net.Sockets;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay.Loop.Portable;

/// <summary>Accepts one connection a round.</summary>
internal sealed class SocketListener : ISelectTarget, IDisposable
{
    private readonly EventLoop loop;
    private readonly SelectPoller poller;
    private readonly Socket listener;
    private readonly IAcceptor acceptor;

    public SocketListener(EventLoop loop, SelectPoller poller, Socket listener, IAcceptor acceptor)
    {
        (this.loop, this.poller, this.listener, this.acceptor) = (loop, poller, listener, acceptor);
        listener.Blocking = false;
        poller.Add(listener, this);
    }

    public bool AwaitsRead => true;
    public bool AwaitsWrite => false;

    public void OnReady(bool readable, bool writable, bool failed)
    {
        Socket accepted;
        try
        {
            accepted = listener.Accept();
        }
        catch (SocketException)
        {
            // Gone again, or no descriptor left; what waits is told in the next round.
            return;
        }
        var clientKey = ClientKey.Of(accepted.RemoteEndPoint);
        var serving = acceptor.LoopFor(loop);
        serving.Post(
            _ => acceptor.Accepted(((SelectPoller)serving.Poller).Adopt(serving, accepted, owner: null), clientKey),
            null
        );
    }

    public void Dispose() => poller.Remove(listener);
}
