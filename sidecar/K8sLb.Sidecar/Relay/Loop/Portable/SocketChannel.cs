using System.Net.Sockets;

namespace K8sLb.Sidecar.Relay.Loop.Portable;

/// <summary>A .NET socket that does not block.</summary>
internal sealed class SocketChannel : Channel, ISelectTarget
{
    private readonly SelectPoller poller;
    private readonly Socket socket;

    public SocketChannel(
        EventLoop loop,
        SelectPoller poller,
        Socket socket,
        IChannelOwner? owner,
        bool connecting,
        bool failed
    )
        : base(loop, owner)
    {
        (this.poller, this.socket) = (poller, socket);
        IsConnecting = connecting;
        IsWritable = !connecting;
        poller.Add(socket, this);
        loop.Joined();
        if (failed)
        {
            MarkFailed();
            loop.Defer(this);
        }
    }

    public bool AwaitsRead => !IsReadable && !IsConnecting && !HasEnded && !HasFailed;
    public bool AwaitsWrite => !IsWritable && !HasFailed;

    public void OnReady(bool readable, bool writable, bool failed)
    {
        var connectFailed = IsConnecting && (failed || (writable && ConnectError() != 0));
        Signal(
            readable,
            writable: writable && !connectFailed,
            broken: readable && Peek() == ReadStatus.Failed,
            failed: connectFailed
        );
    }

    protected override ReadStatus Receive(Span<byte> into, out int count)
    {
        count = socket.Receive(into, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            IsReadable = false;
            return ReadStatus.WouldBlock;
        }
        if (error != SocketError.Success || (count == 0 && IsBroken))
        {
            return ReadStatus.Failed;
        }
        IsReadable = count == into.Length;
        return count == 0 ? ReadStatus.End : ReadStatus.Data;
    }

    protected override ReadStatus Peek()
    {
        Span<byte> one = stackalloc byte[1];
        var count = socket.Receive(one, SocketFlags.Peek, out var error);
        return error == SocketError.WouldBlock ? ReadStatus.WouldBlock
            : error != SocketError.Success ? ReadStatus.Failed
            : count == 0 ? ReadStatus.End
            : ReadStatus.Data;
    }

    protected override bool Transmit(ReadOnlySpan<byte> bytes, out int sent)
    {
        sent = socket.Send(bytes, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            sent = 0;
            return false;
        }
        sent = error == SocketError.Success ? sent : 0;
        IsWritable = sent == bytes.Length;
        return true;
    }

    protected override void ShutdownSend()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            MarkBroken();
        }
    }

    protected override void CloseSocket(bool reset)
    {
        poller.Remove(socket);
        if (reset)
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        socket.Dispose();
        Loop.Left();
    }

    private int ConnectError() => (int)(socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) ?? 0);
}
