using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Relay.Tests.Loop;

/// <summary>A running loop with a listener, and what went wrong on it.</summary>
internal sealed class LoopFixture : IDisposable, IAcceptor
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Action<Channel> onAccept;

    /// <summary>A socket that nobody holds is closed by the garbage collector, which its peer is told.</summary>
    private readonly ConcurrentQueue<Socket> dialled = [];

    public LoopFixture(ISocketPoller poller, Action<Channel>? onAccept = null)
    {
        this.onAccept = onAccept ?? (_ => { });
        Loop = new EventLoop("test", poller, Failures.Enqueue);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        Loop.Start();
        Run(() => Loop.Accept(listener, this));
    }

    public EventLoop Loop { get; }
    public ConcurrentQueue<Exception> Failures { get; } = [];
    public ConcurrentQueue<Channel> Channels { get; } = [];
    public IPEndPoint EndPoint => (IPEndPoint)listener.LocalEndPoint!;

    public EventLoop LoopFor(EventLoop accepting) => accepting;

    public void Accepted(Channel channel, ulong clientKey)
    {
        onAccept(channel);
        Channels.Enqueue(channel);
    }

    public Socket Dial()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(EndPoint);
        socket.ReceiveTimeout = socket.SendTimeout = 30_000;
        dialled.Enqueue(socket);
        return socket;
    }

    public async Task<(Socket Client, Channel Channel)> ConnectAsync()
    {
        var before = Channels.Count;
        var client = Dial();
        await Eventually.IsTrue(() => Channels.Count > before, "the connection is accepted");
        return (client, Channels.Last());
    }

    /// <summary>Runs on the loop's thread and waits for it.</summary>
    public void Run(Action action) =>
        Run(() =>
        {
            action();
            return true;
        });

    public T Run<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(
            _ =>
            {
                try
                {
                    done.SetResult(function());
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            null
        );
        return done.Task.WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Run(() =>
        {
            foreach (var channel in Channels)
            {
                channel.Close();
            }
        });
        Loop.Dispose();
        listener.Dispose();
        foreach (var socket in dialled)
        {
            socket.Dispose();
        }
    }
}

/// <summary>Calls a function when its channel is ready.</summary>
internal sealed class Callback(Action<Channel> ready) : IChannelOwner, ITimed
{
    public void OnReady(Channel channel) => ready(channel);

    public void OnTimer() => ready(null!);
}
