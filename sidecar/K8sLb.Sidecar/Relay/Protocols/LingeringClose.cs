using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Protocols;

/// <summary>
/// Closing a socket with unread bytes sends RST, which can destroy a response that the client has not read yet (RFC 9112
/// section 9.6). So: FIN, then discard what comes until the client closes or the time is up.
/// </summary>
internal sealed class LingeringClose : IChannelOwner, ITimed
{
    private readonly Channel channel;
    private readonly long lingerMs;
    private readonly LoopTimer timer;
    private int extensions = 30;

    private LingeringClose(Channel channel, long lingerMs)
    {
        (this.channel, this.lingerMs) = (channel, lingerMs);
        timer = new LoopTimer(this);
    }

    public static void Begin(Channel channel, long lingerMs)
    {
        var linger = new LingeringClose(channel, lingerMs);
        channel.Owner = linger;
        channel.Consume(channel.Input.Length);
        channel.End();
        channel.Loop.Timers.Set(linger.timer, channel.Loop.NowMs, lingerMs);
        linger.OnReady(channel);
    }

    public void OnReady(Channel ready)
    {
        for (var reads = 0; reads < EventLoop.ReadsPerTurn; reads++)
        {
            switch (channel.Fill())
            {
                case ReadStatus.Data:
                    channel.Consume(channel.Input.Length);
                    continue;
                case ReadStatus.WouldBlock:
                    return;
                case ReadStatus.End when channel.HasBacklog:
                    // The client has half-closed and still reads.
                    return;
                default:
                    Close();
                    return;
            }
        }
        channel.Loop.Defer(channel);
    }

    /// <summary>A client that still takes what is left for it gets more time.</summary>
    public void OnTimer()
    {
        if (channel.HasBacklog && !channel.HasFailed && !channel.IsBroken && extensions-- > 0)
        {
            channel.Loop.Timers.Set(timer, channel.Loop.NowMs, lingerMs);
            return;
        }
        Close();
    }

    private void Close()
    {
        channel.Loop.Timers.Clear(timer);
        channel.Close();
    }
}
