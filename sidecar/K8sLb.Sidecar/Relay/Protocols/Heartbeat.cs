using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Protocols;

/// <summary>Speaks a protocol in which a client can be asked whether it is still there.</summary>
internal interface IHeartbeatOwner
{
    /// <returns>False where the protocol allows nothing to be said now.</returns>
    bool TryPing();

    /// <summary>It has not answered.</summary>
    void OnClientDead();
}

/// <summary>
/// Finds clients that are gone without a word: one that was silent for a while is asked, and taken for dead when it stays
/// silent for as long again. Whatever comes from it is an answer.
/// </summary>
internal sealed class Heartbeat : ITimed
{
    private readonly EventLoop loop;
    private readonly IHeartbeatOwner owner;
    private readonly long everyMs;
    private readonly LoopTimer timer;
    private long heardAt;
    private bool isAsked;

    private Heartbeat(EventLoop loop, IHeartbeatOwner owner, long everyMs)
    {
        (this.loop, this.owner, this.everyMs) = (loop, owner, everyMs);
        timer = new LoopTimer(this);
    }

    /// <param name="everyMs">0 means no heartbeat.</param>
    /// <returns>Null where there is none.</returns>
    public static Heartbeat? Begin(EventLoop loop, IHeartbeatOwner owner, long everyMs)
    {
        if (everyMs == 0)
        {
            return null;
        }
        var heartbeat = new Heartbeat(loop, owner, everyMs);
        heartbeat.Heard();
        loop.Timers.Set(heartbeat.timer, loop.NowMs, everyMs);
        return heartbeat;
    }

    public void Heard() => (heardAt, isAsked) = (loop.NowMs, false);

    public void Stop() => loop.Timers.Clear(timer);

    public void OnTimer()
    {
        var silent = loop.NowMs - heardAt;
        if (silent < everyMs)
        {
            loop.Timers.Set(timer, loop.NowMs, everyMs - silent);
        }
        else if (isAsked)
        {
            owner.OnClientDead();
        }
        else
        {
            isAsked = owner.TryPing();
            loop.Timers.Set(timer, loop.NowMs, everyMs);
        }
    }
}
