namespace K8sLb.Sidecar.Overload;

/// <summary>A piece of work that waits for a place. Told once, on any thread: it must not do the work there.</summary>
public interface IPendingWork
{
    /// <summary>The place is its own now, and must be left.</summary>
    void Granted(Place place);

    /// <summary>There will be none: the application gets nothing for a while.</summary>
    void Refused();
}

/// <summary>Work that waits, first in first out. Takes a lock, which work that need not wait does not meet.</summary>
public sealed class PendingQueue
{
    private readonly Lock gate = new();
    private readonly LinkedList<IPendingWork> waiting = new();
    private int count;

    public int Count => Volatile.Read(ref count);

    /// <returns>What to withdraw it by; null where the queue is full.</returns>
    public LinkedListNode<IPendingWork>? TryAdd(IPendingWork work, int most)
    {
        lock (gate)
        {
            if (waiting.Count >= most)
            {
                return null;
            }
            var entry = waiting.AddLast(work);
            Interlocked.Increment(ref count);
            return entry;
        }
    }

    /// <summary>True where it still waited, and will be told nothing.</summary>
    public bool TryWithdraw(LinkedListNode<IPendingWork> entry)
    {
        lock (gate)
        {
            if (entry.List is null)
            {
                return false;
            }
            waiting.Remove(entry);
            Interlocked.Decrement(ref count);
            return true;
        }
    }

    public IPendingWork? TryTake()
    {
        lock (gate)
        {
            if (waiting.First is not { } first)
            {
                return null;
            }
            waiting.RemoveFirst();
            Interlocked.Decrement(ref count);
            return first.Value;
        }
    }
}
