using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>
/// One thread that serves many channels. What runs on it must not block: everybody else waits meanwhile. An exception in
/// a channel's owner ends that channel and nothing else.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    /// <summary>One read of a bulk transfer; a head that is not whole yet lies before it.</summary>
    public const int ReadBufferSize = 128 * 1024;

    /// <summary>Reads of one channel before the others have their turn.</summary>
    public const int ReadsPerTurn = 4;

    private readonly Action<Exception> onFailure;
    private readonly ConcurrentQueue<(Action<object?> Run, object? State)> posted = new();
    private readonly Thread thread;
    private List<Channel> deferred = [];
    private List<Channel> deferredBefore = [];
    private Channel? reader;
    private int load;
    private int woken;
    private volatile bool stopping;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="onFailure">Told of exceptions that the loop survived; must not throw.</param>
    public EventLoop(string name, ISocketPoller poller, Action<Exception> onFailure)
    {
        Poller = poller;
        this.onFailure = onFailure;
        NowMs = Environment.TickCount64;
        Timers = new TimerWheel(NowMs);
        thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    public ISocketPoller Poller { get; }

    /// <summary>Shared by all channels of the loop; see <see cref="Channel.Fill"/>.</summary>
    public byte[] ReadBuffer { get; } = GC.AllocateUninitializedArray<byte>(ReadBufferSize, pinned: true);

    /// <summary>For whatever has to be put together before it is sent.</summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(ReadBufferSize + 4096);

    public TimerWheel Timers { get; }

    /// <summary>Monotonic milliseconds, read once a round.</summary>
    public long NowMs { get; private set; }

    /// <summary>Channels and listeners that live here; a measure for sharing out new ones. Any thread may read it.</summary>
    public int Load => Volatile.Read(ref load);

    public void Start() => thread.Start();

    /// <summary>Runs something on the loop's thread, in order. From any thread; after the end it is dropped.</summary>
    public void Post(Action<object?> run, object? state)
    {
        posted.Enqueue((run, state));
        if (Interlocked.Exchange(ref woken, 1) == 0)
        {
            Poller.Wake();
        }
    }

    public Channel Connect(IPEndPoint to, IChannelOwner owner) => Poller.Connect(this, to, owner);

    public Channel Adopt(Socket socket, IChannelOwner? owner) => Poller.Adopt(this, socket, owner);

    public IDisposable Accept(Socket listener, IAcceptor acceptor) => Poller.Accept(this, listener, acceptor);

    /// <summary>Tells the channel's owner again in the next round, after the others.</summary>
    public void Defer(Channel channel)
    {
        if (!channel.IsDeferred)
        {
            channel.IsDeferred = true;
            deferred.Add(channel);
        }
    }

    /// <summary>Complete when the loop has stopped: what is posted from then on is dropped.</summary>
    public Task Ended => ended.Task;

    /// <summary>Stops after the present round and closes what is open.</summary>
    public void Dispose()
    {
        stopping = true;
        Poller.Wake();
        if (thread.IsAlive && Thread.CurrentThread != thread)
        {
            thread.Join();
        }
        Poller.Dispose();
    }

    public void Dispatch(Channel channel)
    {
        try
        {
            channel.Owner?.OnReady(channel);
        }
        catch (Exception e)
        {
            onFailure(e);
            channel.Close();
        }
    }

    /// <summary>The shared buffer is one channel's until it parks.</summary>
    public void BeginRead(Channel channel)
    {
        if (reader is not null && reader != channel)
        {
            throw new InvalidOperationException("another channel has not parked what it read");
        }
        reader = channel;
    }

    public void EndRead(Channel channel)
    {
        if (reader == channel)
        {
            reader = null;
        }
    }

    public void Joined() => Volatile.Write(ref load, load + 1);

    public void Left() => Volatile.Write(ref load, load - 1);

    private void Run()
    {
        while (!stopping)
        {
            try
            {
                Poller.Wait(deferred.Count > 0 ? 0 : Timers.WaitMs(NowMs));
                // Before anybody sets a timer: the wait may have been long.
                NowMs = Environment.TickCount64;
                Poller.Signal();
                RunDeferred();
                RunPosted();
                Timers.Advance(NowMs);
            }
            catch (Exception e)
            {
                onFailure(e);
            }
        }
        ended.SetResult();
    }

    private void RunDeferred()
    {
        if (deferred.Count == 0)
        {
            return;
        }
        (deferred, deferredBefore) = (deferredBefore, deferred);
        foreach (var channel in deferredBefore)
        {
            channel.IsDeferred = false;
            Dispatch(channel);
        }
        deferredBefore.Clear();
    }

    private void RunPosted()
    {
        if (Volatile.Read(ref woken) == 0)
        {
            return;
        }
        // Before the queue is looked at: behind a mere write the look may come first, and whoever posts in between finds the
        // loop woken and does not wake it.
        Interlocked.Exchange(ref woken, 0);
        while (posted.TryDequeue(out var work))
        {
            try
            {
                work.Run(work.State);
            }
            catch (Exception e)
            {
                onFailure(e);
            }
        }
    }
}
