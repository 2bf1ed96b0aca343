namespace K8sLb.Sidecar.Relay.Loop.Epoll;

/// <summary>A socket under epoll.</summary>
internal sealed unsafe class EpollChannel : Channel, IEpollTarget
{
    private readonly EpollPoller poller;
    private readonly int descriptor;
    private ulong registration;
    private bool registered;

    /// <summary>The peer has hung up: a short read is no sign that nothing is left.</summary>
    private bool hungUp;

    public EpollChannel(EventLoop loop, EpollPoller poller, int descriptor, IChannelOwner? owner, bool connecting)
        : base(loop, owner)
    {
        this.poller = poller;
        this.descriptor = descriptor;
        IsConnecting = connecting;
        // On loopback the connection often stands before this returns, and an early write costs nothing if it does not.
        IsWritable = true;
        loop.Joined();
    }

    public void Register(bool failed)
    {
        if (failed)
        {
            // Told like any other failure, but not from inside the call that began it.
            MarkFailed();
            Loop.Defer(this);
            return;
        }
        registration = poller.Add(descriptor, this, Libc.EPOLLIN | Libc.EPOLLOUT | Libc.EPOLLRDHUP | Libc.EPOLLET);
        registered = true;
    }

    public void OnEvents(uint events)
    {
        hungUp |= (events & (Libc.EPOLLRDHUP | Libc.EPOLLHUP | Libc.EPOLLERR)) != 0;
        var failed = IsConnecting && (events & (Libc.EPOLLERR | Libc.EPOLLHUP)) != 0;
        Signal(
            readable: (events & (Libc.EPOLLIN | Libc.EPOLLRDHUP | Libc.EPOLLHUP | Libc.EPOLLERR)) != 0,
            writable: (events & Libc.EPOLLOUT) != 0 && !failed,
            broken: (events & Libc.EPOLLERR) != 0,
            failed
        );
    }

    public override bool TrySplice(Channel to, ref SplicePipe? pipe, long max, out long moved, out ReadStatus status)
    {
        pipe ??= poller.Pipes.TryRent();
        if (to is EpollChannel sink && pipe is { } rented)
        {
            status = Splice(sink, rented, max, out moved);
            if (rented.Held == 0)
            {
                ReturnPipe(ref pipe);
            }
            return true;
        }
        (moved, status) = (0, ReadStatus.WouldBlock);
        return false;
    }

    public override void ReturnPipe(ref SplicePipe? pipe)
    {
        if (pipe is not null)
        {
            poller.Pipes.Return(pipe);
            pipe = null;
        }
    }

    protected override ReadStatus Receive(Span<byte> into, out int count)
    {
        while (true)
        {
            nint result;
            fixed (byte* at = into)
            {
                result = Libc.Receive(descriptor, at, (nuint)into.Length, Libc.MSG_DONTWAIT);
            }
            count = (int)Math.Max(result, 0);
            if (result > 0)
            {
                // epoll(7): a short read of a stream socket has emptied it, and more is told anew.
                IsReadable = count == into.Length || hungUp;
                return ReadStatus.Data;
            }
            if (result == 0)
            {
                return ReadStatus.End;
            }
            switch (Libc.Errno)
            {
                case Libc.EINTR:
                    continue;
                case Libc.EAGAIN:
                    IsReadable = false;
                    return ReadStatus.WouldBlock;
                default:
                    return ReadStatus.Failed;
            }
        }
    }

    protected override ReadStatus Peek()
    {
        byte one;
        var result = Libc.Receive(descriptor, &one, 1, Libc.MSG_DONTWAIT | Libc.MSG_PEEK);
        return result > 0 ? ReadStatus.Data
            : result == 0 ? ReadStatus.End
            : Libc.Errno is Libc.EAGAIN or Libc.EINTR ? ReadStatus.WouldBlock
            : ReadStatus.Failed;
    }

    protected override bool Transmit(ReadOnlySpan<byte> bytes, out int sent)
    {
        while (true)
        {
            nint result;
            fixed (byte* at = bytes)
            {
                result = Libc.Send(descriptor, at, (nuint)bytes.Length, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
            }
            sent = (int)Math.Max(result, 0);
            if (result >= 0)
            {
                IsWritable = sent == bytes.Length;
                return true;
            }
            switch (Libc.Errno)
            {
                case Libc.EINTR:
                    continue;
                case Libc.EAGAIN:
                    IsWritable = false;
                    return true;
                default:
                    return false;
            }
        }
    }

    protected override void ShutdownSend()
    {
        if (Libc.Shutdown(descriptor, Libc.SHUT_WR) < 0)
        {
            MarkBroken();
        }
    }

    protected override void CloseSocket(bool reset)
    {
        if (registered)
        {
            poller.Remove(registration);
        }
        if (reset)
        {
            // struct linger {1, 0}: RST instead of FIN.
            var linger = 1L;
            Libc.SetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_LINGER, &linger, sizeof(long));
        }
        Libc.Close(descriptor);
        Loop.Left();
    }

    private ReadStatus Splice(EpollChannel sink, SplicePipe pipe, long max, out long moved)
    {
        moved = 0;
        if (pipe.Held == 0)
        {
            var filled = Call(descriptor, pipe.WriteEnd, Math.Min(max, PipePool.Capacity));
            if (filled <= 0)
            {
                return FillStatus(filled);
            }
            pipe.Held = (int)filled;
            moved = filled;
        }
        sink.Drain(pipe);
        return ReadStatus.Data;
    }

    private void Drain(SplicePipe pipe)
    {
        while (pipe.Held > 0)
        {
            var drained = Call(pipe.ReadEnd, descriptor, pipe.Held);
            if (drained <= 0)
            {
                IsWritable = false;
                if (drained == 0 || Libc.Errno != Libc.EAGAIN)
                {
                    MarkBroken();
                }
                return;
            }
            pipe.Held -= (int)drained;
        }
    }

    private ReadStatus FillStatus(nint result)
    {
        if (result == 0)
        {
            MarkEnded();
            return ReadStatus.End;
        }
        if (Libc.Errno == Libc.EAGAIN)
        {
            IsReadable = hungUp;
            return ReadStatus.WouldBlock;
        }
        MarkFailed();
        return ReadStatus.Failed;
    }

    private static nint Call(int from, int to, long length)
    {
        nint result;
        do
        {
            result = Libc.Splice(from, null, to, null, (nuint)length, Libc.SPLICE_F_MOVE | Libc.SPLICE_F_NONBLOCK);
        } while (result < 0 && Libc.Errno == Libc.EINTR);
        return result;
    }
}
