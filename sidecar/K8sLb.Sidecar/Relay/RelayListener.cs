using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Protocols.Http1;
using K8sLb.Sidecar.Relay.Protocols.Tunnel;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// One port: on Linux a socket for each loop (SO_REUSEPORT), so that no connection changes threads; elsewhere one socket,
/// and connections are handed over.
/// </summary>
internal sealed class RelayListener : IAcceptor, IAsyncDisposable
{
    private readonly RelayWorker[] workers;
    private readonly Func<PortPolicy> policy;
    private readonly List<Socket> sockets = [];
    private readonly List<(EventLoop Loop, Task<IDisposable> Accepting)> accepting = [];

    private RelayListener(RelayWorker[] workers, Func<PortPolicy> policy) =>
        (this.workers, this.policy) = (workers, policy);

    public IPEndPoint EndPoint => (IPEndPoint)sockets[0].LocalEndPoint!;

    /// <exception cref="SocketException">The address cannot be had.</exception>
    public static RelayListener Open(RelayWorker[] workers, IPEndPoint at, Func<PortPolicy> policy)
    {
        var listener = new RelayListener(workers, policy);
        try
        {
            foreach (var worker in OperatingSystem.IsLinux() ? workers : workers.Take(1))
            {
                var socket = ListeningSocket.Open(
                    listener.sockets.Count == 0 ? at : new(at.Address, listener.EndPoint.Port),
                    shared: OperatingSystem.IsLinux()
                );
                listener.sockets.Add(socket);
                listener.AcceptOn(worker.Loop, socket);
            }
        }
        catch
        {
            listener.sockets.ForEach(socket => socket.Dispose());
            throw;
        }
        return listener;
    }

    public static void Serve(RelayWorker worker, Channel channel, in Arrival arrival)
    {
        if (arrival.Port.Protocol == PortProtocol.Tcp)
        {
            TunnelSession.Open(new(worker, channel, arrival, ClientProtocol.Tcp));
        }
        else
        {
            Http1Session.Open(new(worker, channel, arrival, ClientProtocol.Http1));
        }
    }

    public EventLoop LoopFor(EventLoop loop) => LoopBalance.For(workers, loop);

    public void Accepted(Channel channel, ulong clientKey) =>
        Serve(
            Array.Find(workers, worker => worker.Loop == channel.Loop)!,
            channel,
            new(policy(), FromPeer: false, clientKey)
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var (loop, listening) in accepting)
        {
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(
                _ =>
                {
                    listening.Result.Dispose();
                    stopped.SetResult();
                },
                null
            );
            // A loop that has ended stops nothing any more, and accepts nothing either.
            await Task.WhenAny(stopped.Task, loop.Ended);
        }
        sockets.ForEach(socket => socket.Dispose());
    }

    private void AcceptOn(EventLoop loop, Socket socket)
    {
        var begun = new TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => begun.SetResult(loop.Accept(socket, this)), null);
        accepting.Add((loop, begun.Task));
    }
}
