using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Upstreams;

/// <summary>
/// Unused HTTP/1.1 connections of one loop, last in first out: the ones in use stay warm, the surplus grows old and is
/// closed. One that the application closes meanwhile leaves by itself.
/// </summary>
internal sealed class UpstreamPool(RelayWorker worker) : IUpstreamOwner, ITimed
{
    private readonly Dictionary<RelayTarget, List<Upstream>> idle = [];
    private LoopTimer? trim;

    /// <summary>Null where none is left.</summary>
    public Upstream? TryTake(RelayTarget target, IUpstreamOwner owner)
    {
        if (!idle.TryGetValue(target, out var stack) || stack.Count == 0)
        {
            return null;
        }
        var upstream = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        upstream.Owner = owner;
        return upstream;
    }

    /// <param name="upstream">At a message boundary: nothing sent is unanswered, nothing received is unread.</param>
    public void Return(Upstream upstream)
    {
        if (!idle.TryGetValue(upstream.Target, out var stack))
        {
            idle.Add(upstream.Target, stack = []);
        }
        if (stack.Count >= worker.Settings.MaxIdleUpstreams)
        {
            upstream.Close();
            return;
        }
        upstream.Owner = this;
        upstream.IsReused = true;
        upstream.IdleSince = worker.Loop.NowMs;
        stack.Add(upstream);
        trim ??= new LoopTimer(this);
        if (!trim.IsSet)
        {
            worker.Loop.Timers.Set(trim, worker.Loop.NowMs, worker.Settings.UpstreamIdleMs);
        }
    }

    /// <summary>It was closed, or speaks unasked: either way it is of no more use. A mere edge of writability is neither.</summary>
    public void OnUpstream(Upstream upstream)
    {
        if (upstream.Channel.IsReadable || upstream.Channel.IsBroken)
        {
            if (!upstream.Channel.IsBroken && upstream.Channel.IsQuiet())
            {
                return;
            }
            idle[upstream.Target].Remove(upstream);
            upstream.Close();
        }
    }

    public void OnPlaced(Upstream upstream) { }

    public void OnUnreachable(Upstream upstream) => upstream.Close();

    public void OnTimer()
    {
        var before = worker.Loop.NowMs - worker.Settings.UpstreamIdleMs;
        var left = 0;
        foreach (var (target, stack) in idle)
        {
            var old = stack.FindIndex(upstream => upstream.IdleSince > before) is var first and >= 0
                ? first
                : stack.Count;
            for (var i = 0; i < old; i++)
            {
                stack[i].Close();
            }
            stack.RemoveRange(0, old);
            left += stack.Count;
            if (stack.Count == 0)
            {
                idle.Remove(target);
            }
        }
        if (left > 0)
        {
            worker.Loop.Timers.Set(trim!, worker.Loop.NowMs, worker.Settings.UpstreamIdleMs / 2);
        }
    }

    /// <summary>Closes all, when the loop ends.</summary>
    public void Clear()
    {
        foreach (var upstream in idle.Values.SelectMany(stack => stack))
        {
            upstream.Close();
        }
        idle.Clear();
    }
}
