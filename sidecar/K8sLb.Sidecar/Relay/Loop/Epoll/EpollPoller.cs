using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace K8sLb.Sidecar.Relay.Loop.Epoll;

/// <summary>Linux: edge-triggered epoll. Each descriptor is added once and never modified.</summary>
internal sealed unsafe class EpollPoller : ISocketPoller, IEpollTarget
{
    private const int EventsPerWait = 256;

    private readonly DescriptorTable table = new();
    private readonly byte* events;
    private readonly int epoll;
    private readonly SafeFileHandle wake;
    private int ready;

    /// <exception cref="IOException">The system has no descriptors left, or no epoll.</exception>
    public EpollPoller()
    {
        epoll = Check(Libc.EpollCreate(Libc.EPOLL_CLOEXEC));
        var counter = Check(Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK));
        wake = new SafeFileHandle(counter, ownsHandle: true);
        events = (byte*)NativeMemory.Alloc((nuint)(EventsPerWait * EpollEvents.Size));
        Add(counter, this, Libc.EPOLLIN | Libc.EPOLLET);
    }

    public PipePool Pipes { get; } = new();

    public static bool IsSupported => OperatingSystem.IsLinux();

    public void Wait(int timeoutMs)
    {
        ready = Libc.EpollWait(epoll, events, EventsPerWait, timeoutMs);
        if (ready < 0 && Libc.Errno != Libc.EINTR)
        {
            throw Libc.Failure();
        }
    }

    public void Signal()
    {
        for (var i = 0; i < ready; i++)
        {
            var (mask, data) = EpollEvents.Read(events + i * EpollEvents.Size);
            table.Find(data)?.OnEvents(mask);
        }
    }

    public void Wake()
    {
        var one = 1UL;
        try
        {
            Libc.Write(wake, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended; there is nobody to wake.
        }
    }

    /// <summary>Edge-triggered, so the counter need not be read back.</summary>
    public void OnEvents(uint events) { }

    public Channel Connect(EventLoop loop, IPEndPoint to, IChannelOwner owner)
    {
        var family = to.AddressFamily == AddressFamily.InterNetwork ? Libc.AF_INET : Libc.AF_INET6;
        var descriptor = Check(
            Libc.Socket(family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, Libc.IPPROTO_TCP)
        );
        SetNoDelay(descriptor);
        var address = to.Serialize();
        int result;
        fixed (byte* at = address.Buffer.Span)
        {
            result = Libc.Connect(descriptor, at, (uint)address.Size);
        }
        var failed = result < 0 && Libc.Errno is not (Libc.EINPROGRESS or Libc.EINTR);
        var channel = new EpollChannel(loop, this, descriptor, owner, connecting: true);
        channel.Register(failed);
        return channel;
    }

    public Channel Adopt(EventLoop loop, Socket socket, IChannelOwner? owner)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        // A descriptor of our own: a socket cannot be made to let go of its handle without being closed, and disposing one
        // whose handle was taken from it waits for ever.
        var descriptor = Check(Libc.Control((int)socket.SafeHandle.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 0));
        socket.Dispose();
        return Adopt(loop, descriptor, owner);
    }

    public IDisposable Accept(EventLoop loop, Socket listener, IAcceptor acceptor) =>
        new EpollListener(loop, this, listener, acceptor);

    internal EpollChannel Adopt(EventLoop loop, int descriptor, IChannelOwner? owner)
    {
        var channel = new EpollChannel(loop, this, descriptor, owner, connecting: false);
        channel.Register(failed: false);
        return channel;
    }

    internal ulong Add(int descriptor, IEpollTarget target, uint mask)
    {
        var data = table.Add(target);
        var @event = stackalloc byte[16];
        EpollEvents.Write(@event, mask, data);
        if (Libc.EpollControl(epoll, Libc.EPOLL_CTL_ADD, descriptor, @event) < 0)
        {
            var failure = Libc.Failure();
            table.Remove(data);
            throw failure;
        }
        return data;
    }

    /// <summary>Closing a descriptor takes it out of epoll by itself; a listener that only pauses is taken out.</summary>
    internal void Remove(ulong data, int descriptorToDelete = -1)
    {
        table.Remove(data);
        if (descriptorToDelete >= 0)
        {
            var ignored = stackalloc byte[16];
            Libc.EpollControl(epoll, Libc.EPOLL_CTL_DEL, descriptorToDelete, ignored);
        }
    }

    public void Dispose()
    {
        foreach (var channel in table.All.OfType<Channel>())
        {
            channel.Close();
        }
        Pipes.Dispose();
        wake.Dispose();
        Libc.Close(epoll);
        NativeMemory.Free(events);
    }

    internal static void SetNoDelay(int descriptor)
    {
        var on = 1;
        Libc.SetOption(descriptor, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, &on, sizeof(int));
    }

    private static int Check(int result) => result >= 0 ? result : throw Libc.Failure();
}
