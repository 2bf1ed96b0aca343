using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Relay.Loop.Portable;

/// <summary>
/// For systems without epoll, a developer's machine above all: <see cref="Socket.Select(System.Collections.IList, System.Collections.IList, System.Collections.IList, int)"/>
/// over .NET sockets. Each wait costs as much as there are channels; what it tells is the same.
/// </summary>
internal sealed class SelectPoller : ISocketPoller
{
    private readonly Dictionary<Socket, ISelectTarget> targets = [];
    private readonly List<Socket> readable = [];
    private readonly List<Socket> writable = [];
    private readonly List<Socket> failed = [];
    private readonly Socket wake;

    public SelectPoller()
    {
        wake = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        wake.Connect(wake.LocalEndPoint!);
    }

    public void Wait(int timeoutMs)
    {
        readable.Clear();
        writable.Clear();
        failed.Clear();
        readable.Add(wake);
        foreach (var (socket, target) in targets)
        {
            if (target.AwaitsRead)
            {
                readable.Add(socket);
            }
            if (target.AwaitsWrite)
            {
                writable.Add(socket);
                failed.Add(socket);
            }
        }
        Socket.Select(readable, writable, failed, timeoutMs < 0 ? -1 : timeoutMs * 1000);
        TakeWakes();
    }

    public void Signal()
    {
        foreach (var socket in readable.Union(writable).Union(failed).ToList())
        {
            if (targets.TryGetValue(socket, out var target))
            {
                target.OnReady(readable.Contains(socket), writable.Contains(socket), failed.Contains(socket));
            }
        }
    }

    public void Wake()
    {
        try
        {
            wake.Send([1]);
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended; there is nobody to wake.
        }
        catch (SocketException)
        {
            // Its buffer is full of wakes that nobody has taken yet.
        }
    }

    public Channel Connect(EventLoop loop, IPEndPoint to, IChannelOwner owner)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            Blocking = false,
        };
        var failed = false;
        try
        {
            socket.Connect(to);
        }
        catch (SocketException e)
        {
            failed = e.SocketErrorCode is not (SocketError.WouldBlock or SocketError.InProgress);
        }
        return new SocketChannel(loop, this, socket, owner, connecting: true, failed);
    }

    public Channel Adopt(EventLoop loop, Socket socket, IChannelOwner? owner)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        return new SocketChannel(loop, this, socket, owner, connecting: false, failed: false);
    }

    public IDisposable Accept(EventLoop loop, Socket listener, IAcceptor acceptor) =>
        new SocketListener(loop, this, listener, acceptor);

    public void Add(Socket socket, ISelectTarget target) => targets.Add(socket, target);

    public void Remove(Socket socket) => targets.Remove(socket);

    public void Dispose()
    {
        foreach (var channel in targets.Values.OfType<Channel>().ToList())
        {
            channel.Close();
        }
        wake.Dispose();
    }

    private void TakeWakes()
    {
        if (readable.Remove(wake))
        {
            Span<byte> ignored = stackalloc byte[16];
            while (wake.Receive(ignored, SocketFlags.None, out var error) > 0 && error == SocketError.Success) { }
        }
    }
}

/// <summary>What a <see cref="SelectPoller"/> watches.</summary>
internal interface ISelectTarget
{
    bool AwaitsRead { get; }
    bool AwaitsWrite { get; }

    void OnReady(bool readable, bool writable, bool failed);
}
