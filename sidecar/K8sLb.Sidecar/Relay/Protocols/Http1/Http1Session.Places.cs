using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Relay.Upstreams;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <content>Where a request goes, the wait for a place there, and the connection that it goes by.</content>
internal sealed partial class Http1Session
{
    /// <summary>Applications close what has been unused for seconds, not what was used a moment ago.</summary>
    private const int MaxIdleForUnsafeMs = 1_000;

    private RelayPlace Place(WorkKind kind, bool staysHere)
    {
        if (granted.IsHeld)
        {
            var own = granted;
            granted = default;
            return RelayPlace.At(upstream?.Target ?? Worker.Brain.Local(Connection.Arrival), own);
        }
        return upstream is { } pinned
            ? Worker.Brain.Again(pinned.Target, Connection.Arrival, staysHere)
            : Worker.Brain.Next(Connection.Arrival, Connection.Tracked, kind, staysHere);
    }

    /// <summary>The request stays where it is, and is read again when there is a place for it.</summary>
    private bool TryWait()
    {
        var waits = new PlaceWait(Worker, OnPlace);
        if (!waits.TryBegin())
        {
            return false;
        }
        wait = waits;
        if (!isWaitingWork)
        {
            isWaitingWork = true;
            Connection.Tracked.BeginWork();
        }
        headTimer ??= new(this);
        Worker.Loop.Timers.Set(headTimer, Worker.Loop.NowMs, Worker.Settings.PendingMs);
        return true;
    }

    private void OnPlace(Place place)
    {
        wait = null;
        StopAwaitingHead();
        granted = place;
        OnReady(Client);
    }

    /// <summary>
    /// A used connection can be closed by the application while the request is on its way. One that may be sent twice is
    /// then sent again; any other takes a used connection only if that was quiet a moment ago and not unused for long.
    /// </summary>
    private Upstream Acquire(RelayTarget target, bool maySendTwice)
    {
        while (Worker.Pool.TryTake(target, this) is { } used)
        {
            if (maySendTwice || (used.IdleSince + MaxIdleForUnsafeMs > Worker.Loop.NowMs && used.Channel.IsQuiet()))
            {
                return used;
            }
            used.Close();
        }
        return Connect(target);
    }

    private Upstream Connect(RelayTarget target)
    {
        var fresh = Upstream.Connect(Worker, Connection.Arrival, exchange.StaysHere, target);
        fresh.Owner = this;
        return fresh;
    }
}
