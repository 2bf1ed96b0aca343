namespace K8sLb.Kubernetes;

/// <summary>
/// Keys to work on. A key is queued once however often it is added, is never handed to two workers at a time, and comes back
/// when it was added while being worked on. Delays and retries are kept here too, so that a key waits only once.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly BackoffOptions retryBackoff;
    private readonly TimeProvider time;
    private readonly ITimer timer;

    /// <summary>Counts what is in <see cref="ready"/>.</summary>
    private readonly SemaphoreSlim available = new(0);
    private readonly Queue<TKey> ready = new();
    private readonly HashSet<TKey> waiting = [];
    private readonly HashSet<TKey> working = [];
    private readonly Dictionary<TKey, int> failures = [];
    private readonly Dictionary<TKey, DateTimeOffset> dueAt = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> delayed = new();
    private readonly string name;

    /// <param name="name">For metrics.</param>
    /// <param name="retryBackoff">Waits of <see cref="AddRateLimited"/>.</param>
    public WorkQueue(string name, BackoffOptions? retryBackoff = null, TimeProvider? time = null)
    {
        this.name = name;
        this.retryBackoff = retryBackoff ?? new BackoffOptions { Maximum = TimeSpan.FromMinutes(5) };
        this.time = time ?? TimeProvider.System;
        timer = this.time.CreateTimer(_ => MoveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that are ready and not being worked on.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return ready.Count;
            }
        }
    }

    public void Add(TKey key)
    {
        lock (gate)
        {
            AddLocked(key);
        }
    }

    /// <summary>Adds the key later. Of several delays the shortest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (gate)
        {
            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key);
                return;
            }
            var due = time.GetUtcNow() + delay;
            if (dueAt.TryGetValue(key, out var known) && known <= due)
            {
                return;
            }
            dueAt[key] = due;
            delayed.Enqueue(key, due);
            ArmLocked();
        }
    }

    /// <summary>Adds the key after its own exponential back-off, which <see cref="Forget"/> resets.</summary>
    public void AddRateLimited(TKey key)
    {
        int count;
        lock (gate)
        {
            count = failures.GetValueOrDefault(key) + 1;
            failures[key] = count;
        }
        KubernetesMetrics.QueueRetries.Add(1, new KeyValuePair<string, object?>("queue", name));
        AddAfter(key, retryBackoff.After(count) * (0.5 + (0.5 * Random.Shared.NextDouble())));
    }

    /// <summary>The key succeeded: its next failure starts with the shortest wait again.</summary>
    public void Forget(TKey key)
    {
        lock (gate)
        {
            failures.Remove(key);
        }
    }

    public int Failures(TKey key)
    {
        lock (gate)
        {
            return failures.GetValueOrDefault(key);
        }
    }

    /// <summary>Waits for a key; the caller owns it until <see cref="Done"/>.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        await available.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            var key = ready.Dequeue();
            waiting.Remove(key);
            working.Add(key);
            KubernetesMetrics.QueueDepth.Add(-1, new KeyValuePair<string, object?>("queue", name));
            return key;
        }
    }

    /// <summary>Gives the key back. If it was added meanwhile, it is ready again.</summary>
    public void Done(TKey key)
    {
        lock (gate)
        {
            if (working.Remove(key) && waiting.Contains(key))
            {
                EnqueueLocked(key);
            }
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        available.Dispose();
    }

    private void AddLocked(TKey key)
    {
        // A key that is ready needs no reminder any more.
        dueAt.Remove(key);
        if (waiting.Add(key) && !working.Contains(key))
        {
            EnqueueLocked(key);
        }
    }

    private void EnqueueLocked(TKey key)
    {
        ready.Enqueue(key);
        KubernetesMetrics.QueueDepth.Add(1, new KeyValuePair<string, object?>("queue", name));
        available.Release();
    }

    private void MoveDue()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            while (delayed.TryPeek(out var key, out var due) && due <= now)
            {
                delayed.Dequeue();
                // An entry whose time is not the key's time was replaced by an earlier one, or the key was added directly.
                if (dueAt.TryGetValue(key, out var wanted) && wanted == due)
                {
                    AddLocked(key);
                }
            }
            ArmLocked();
        }
    }

    private void ArmLocked()
    {
        if (delayed.TryPeek(out _, out var due))
        {
            var wait = due - time.GetUtcNow();
            timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
