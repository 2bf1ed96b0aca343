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
internal sealed class RelayListener : IAcceptor, IDisposable
{
    private const int Backlog = 4096;
    private const int SolSocket = 1;
    private const int SoReusePort = 15;

    private readonly RelayWorker[] workers;
    private readonly RelayArrival arrival;
    private readonly PortProtocol protocol;
    private readonly List<Socket> sockets = [];
    private readonly List<(EventLoop Loop, Task<IDisposable> Accepting)> accepting = [];

    private RelayListener(RelayWorker[] workers, in RelayArrival arrival, PortProtocol protocol) =>
        (this.workers, this.arrival, this.protocol) = (workers, arrival, protocol);

    public IPEndPoint EndPoint => (IPEndPoint)sockets[0].LocalEndPoint!;

    /// <exception cref="SocketException">The address cannot be had.</exception>
    public static RelayListener Open(
        RelayWorker[] workers,
        IPEndPoint at,
        in RelayArrival arrival,
        PortProtocol protocol
    )
    {
        var listener = new RelayListener(workers, arrival, protocol);
        try
        {
            foreach (var worker in OperatingSystem.IsLinux() ? workers : workers.Take(1))
            {
                listener.Bind(listener.sockets.Count == 0 ? at : listener.EndPoint);
                listener.AcceptOn(worker.Loop, listener.sockets[^1]);
            }
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        return listener;
    }

    public static void Serve(RelayWorker worker, Channel channel, in RelayArrival arrival, PortProtocol protocol)
    {
        var isTcp = protocol == PortProtocol.Tcp;
        var connection = new RelayConnection(
            worker,
            channel,
            arrival,
            isTcp ? ClientProtocol.Tcp : ClientProtocol.Http1
        );
        if (isTcp)
        {
            TunnelSession.Open(connection);
        }
        else
        {
            Http1Session.Open(connection);
        }
    }

    public EventLoop LoopFor(EventLoop loop) => LoopBalance.For(workers, loop);

    public void Accepted(Channel channel) =>
        Serve(Array.Find(workers, worker => worker.Loop == channel.Loop)!, channel, arrival, protocol);

    public void Dispose()
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
            stopped.Task.Wait(TimeSpan.FromSeconds(5));
        }
        sockets.ForEach(socket => socket.Dispose());
    }

    private void Bind(IPEndPoint at)
    {
        var bothFamilies = at.Address.Equals(IPAddress.Any) && Socket.OSSupportsIPv6;
        var address = bothFamilies ? new IPEndPoint(IPAddress.IPv6Any, at.Port) : at;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        sockets.Add(socket);
        if (bothFamilies || at.Address.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
        }
        // Both are inherited by what is accepted.
        socket.NoDelay = true;
        KeepAlive.Enable(socket);
        socket.Bind(address);
        socket.Listen(Backlog);
    }

    private void AcceptOn(EventLoop loop, Socket socket)
    {
        var begun = new TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => begun.SetResult(loop.Accept(socket, this)), null);
        accepting.Add((loop, begun.Task));
    }
}
