namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>
/// One connected socket on an <see cref="EventLoop"/>, used by the loop's thread alone. Reading and writing never block:
/// what cannot be written now is kept and written when the socket takes it, and whoever feeds it is expected to stop
/// reading while <see cref="HasBacklog"/>.
/// </summary>
internal abstract class Channel(EventLoop loop, IChannelOwner? owner)
{
    private InputWindow input;
    private OutputBacklog backlog;
    private bool endsAfterBacklog;

    public EventLoop Loop { get; } = loop;

    /// <summary>Signalled; null ignores what happens.</summary>
    public IChannelOwner? Owner { get; set; } = owner;

    /// <summary>A read may bring something. Cleared by the socket alone.</summary>
    public bool IsReadable { get; protected set; }

    /// <summary>A write may take something. Cleared by the socket alone.</summary>
    public bool IsWritable { get; protected set; }

    /// <summary>Not connected yet.</summary>
    public bool IsConnecting { get; protected set; }

    /// <summary>It could not be connected, or reading met an error.</summary>
    public bool HasFailed { get; private set; }
    public bool IsClosed { get; private set; }

    /// <summary>Nothing can be sent any more: reset, or closed by the peer. What had arrived before can still be read.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The peer sends nothing more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Nothing more is sent to the peer; what is kept still goes out.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Its owner is told again in the next round, without waiting for the socket.</summary>
    public bool IsDeferred { get; set; }

    public bool HasBacklog => !backlog.IsEmpty;
    public bool HasInput => !input.IsEmpty;

    /// <summary>Received and not consumed. Valid until the next call that reads, parks or closes.</summary>
    public ReadOnlySpan<byte> Input => input.Bytes;

    /// <summary>Reads once, behind what is there. Whoever reads must consume all or park before anything else reads on this loop.</summary>
    public ReadStatus Fill()
    {
        if (HasFailed || IsClosed)
        {
            return ReadStatus.Failed;
        }
        if (HasEnded || !IsReadable)
        {
            return HasEnded ? ReadStatus.End : ReadStatus.WouldBlock;
        }
        Loop.BeginRead(this);
        var free = input.Open(Loop.ReadBuffer);
        if (free.IsEmpty)
        {
            throw new InvalidOperationException("the owner asks for more than a whole buffer before it consumes any");
        }
        var status = Receive(free, out var count);
        input.Received(count);
        HasEnded |= status == ReadStatus.End;
        HasFailed |= status == ReadStatus.Failed;
        if (count == 0)
        {
            Park();
        }
        return status;
    }

    public void Consume(int count)
    {
        input.Consume(count);
        if (input.IsEmpty)
        {
            Loop.EndRead(this);
        }
    }

    /// <summary>Keeps what was not consumed out of the loop's buffer.</summary>
    public void Park()
    {
        input.Park(Loop.ReadBuffer);
        Loop.EndRead(this);
    }

    /// <summary>Writes what the socket takes and keeps the rest. A failure shows in <see cref="IsBroken"/>.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (IsEnding || IsBroken || HasFailed || IsClosed || bytes.IsEmpty)
        {
            return;
        }
        if (backlog.IsEmpty && IsWritable && !IsConnecting)
        {
            IsBroken = !Transmit(bytes, out var sent);
            bytes = bytes[sent..];
        }
        if (!bytes.IsEmpty && !IsBroken)
        {
            backlog.Add(bytes);
        }
    }

    /// <summary>Sends what is kept, then FIN.</summary>
    public void End()
    {
        IsEnding = true;
        endsAfterBacklog = true;
        EndIfDrained();
    }

    /// <summary>Closes now. What is kept is lost, and so may be what the peer has not read yet.</summary>
    public void Close() => Close(reset: false);

    /// <summary>Closes with RST.</summary>
    public void Reset() => Close(reset: true);

    /// <summary>Asks the socket rather than the last event: nothing has come, not even an end.</summary>
    public bool IsQuiet() => !HasInput && !HasEnded && !IsBroken && !HasFailed && Peek() == ReadStatus.WouldBlock;

    /// <summary>Asks the socket: nothing more will come, and nothing that came is unread there.</summary>
    public bool LooksEnded() => HasEnded || IsBroken || HasFailed || Peek() == ReadStatus.End;

    /// <summary>
    /// Moves bytes to another channel without looking at them and without copying them, where the system can. Nothing may be
    /// waiting in <see cref="Input"/> or in the other's backlog.
    /// </summary>
    /// <param name="pipe">Carried from call to call; holds bytes only while the other side is slow.</param>
    /// <returns>False where it cannot: copy instead.</returns>
    public virtual bool TrySplice(Channel to, ref SplicePipe? pipe, long max, out long moved, out ReadStatus status)
    {
        (moved, status) = (0, ReadStatus.WouldBlock);
        return false;
    }

    /// <summary>Gives back what <see cref="TrySplice"/> rented, when the move is over or given up.</summary>
    public virtual void ReturnPipe(ref SplicePipe? pipe) { }

    /// <summary>Called by the poller.</summary>
    /// <param name="failed">It could not be connected.</param>
    protected void Signal(bool readable, bool writable, bool broken, bool failed)
    {
        IsReadable |= readable;
        IsWritable |= writable;
        IsBroken |= broken;
        HasFailed |= failed;
        if (writable)
        {
            IsConnecting = false;
            Flush();
        }
        Loop.Dispatch(this);
    }

    protected void MarkEnded() => HasEnded = true;

    protected void MarkFailed() => HasFailed = true;

    protected void MarkBroken() => IsBroken = true;

    protected abstract ReadStatus Receive(Span<byte> into, out int count);

    /// <summary>What <see cref="Receive"/> would say; takes nothing.</summary>
    protected abstract ReadStatus Peek();

    /// <returns>False where the connection has failed.</returns>
    protected abstract bool Transmit(ReadOnlySpan<byte> bytes, out int sent);

    protected abstract void ShutdownSend();

    protected abstract void CloseSocket(bool reset);

    private void Flush()
    {
        if (!backlog.IsEmpty && !IsBroken)
        {
            IsBroken = !Transmit(backlog.Bytes, out var sent);
            backlog.Sent(sent);
        }
        if (IsBroken)
        {
            backlog.Clear();
        }
        EndIfDrained();
    }

    private void EndIfDrained()
    {
        if (endsAfterBacklog && backlog.IsEmpty && !IsClosed && !IsBroken)
        {
            endsAfterBacklog = false;
            ShutdownSend();
        }
    }

    private void Close(bool reset)
    {
        if (IsClosed)
        {
            return;
        }
        IsClosed = true;
        Owner = null;
        input.Discard();
        backlog.Clear();
        Loop.EndRead(this);
        CloseSocket(reset);
    }
}
