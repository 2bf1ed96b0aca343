using System.Net.Sockets;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay.Loop.Epoll;

/// <summary>Accepts, some at a time. Level-triggered: what is left is told again in the next round.</summary>
internal sealed unsafe class EpollListener : IEpollTarget, ITimed, IDisposable
{
    private const int PerRound = 64;
    private const int PauseMs = 100;

    /// <summary>Of a <c>sockaddr_in6</c>.</summary>
    private const uint LongestAddress = 28;

    private readonly EventLoop loop;
    private readonly EpollPoller poller;
    private readonly IAcceptor acceptor;
    private readonly int descriptor;
    private readonly LoopTimer pause;
    private ulong registration;
    private bool registered;

    public EpollListener(EventLoop loop, EpollPoller poller, Socket listener, IAcceptor acceptor)
    {
        (this.loop, this.poller, this.acceptor) = (loop, poller, acceptor);
        listener.Blocking = false;
        // Inherited by what it accepts.
        listener.NoDelay = true;
        descriptor = (int)listener.SafeHandle.DangerousGetHandle();
        pause = new LoopTimer(this);
        Register();
    }

    public void OnEvents(uint events)
    {
        var address = stackalloc byte[(int)LongestAddress];
        for (var i = 0; i < PerRound && registered; i++)
        {
            var length = LongestAddress;
            var accepted = Libc.Accept(descriptor, address, &length, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
            if (accepted >= 0)
            {
                Deliver(accepted, ClientKey.OfSocketAddress(new(address, (int)Math.Min(length, LongestAddress))));
                continue;
            }
            switch (Libc.Errno)
            {
                case Libc.EAGAIN:
                    return;
                case 23 or 24 or 12 or 105: // ENFILE, EMFILE, ENOMEM, ENOBUFS
                    // Told again at once, over and over: look away until something has been closed.
                    Unregister();
                    loop.Timers.Set(pause, loop.NowMs, PauseMs);
                    return;
                default:
                    // That one is gone already (ECONNABORTED and the like, accept(2)); the next may be fine.
                    continue;
            }
        }
    }

    public void OnTimer() => Register();

    public void Dispose()
    {
        loop.Timers.Clear(pause);
        Unregister();
    }

    private void Deliver(int accepted, ulong clientKey)
    {
        var serving = acceptor.LoopFor(loop);
        if (serving == loop)
        {
            acceptor.Accepted(poller.Adopt(loop, accepted, owner: null), clientKey);
            return;
        }
        serving.Post(
            _ => acceptor.Accepted(((EpollPoller)serving.Poller).Adopt(serving, accepted, owner: null), clientKey),
            null
        );
    }

    private void Register()
    {
        registration = poller.Add(descriptor, this, Libc.EPOLLIN);
        registered = true;
    }

    private void Unregister()
    {
        if (registered)
        {
            registered = false;
            poller.Remove(registration, descriptor);
        }
    }
}
