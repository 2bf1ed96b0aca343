using K8sLb.Sidecar.Overload;

namespace K8sLb.Sidecar.Relay.Protocols;

/// <summary>Waits for a place in a loop's stead: what it is told on any thread reaches its session on the loop's.</summary>
/// <param name="then">Told on the loop: the place, or the default where there is none.</param>
internal sealed class PlaceWait(RelayWorker worker, Action<Place> then) : IPendingWork
{
    private LinkedListNode<IPendingWork>? entry;
    private Place place;
    private bool isWithdrawn;

    /// <summary>False where it may not wait.</summary>
    public bool TryBegin()
    {
        entry = worker.Brain.TryWait(this);
        return entry is not null;
    }

    public void Granted(Place given)
    {
        place = given;
        Tell();
    }

    public void Refused() => Tell();

    /// <summary>On the loop: nothing is wanted any more.</summary>
    public void Withdraw()
    {
        isWithdrawn = true;
        worker.Brain.Withdraw(entry!);
    }

    private void Tell() => worker.Loop.Post(static state => ((PlaceWait)state!).Arrive(), this);

    private void Arrive()
    {
        if (isWithdrawn)
        {
            place.Leave();
        }
        else
        {
            then(place);
        }
    }
}
