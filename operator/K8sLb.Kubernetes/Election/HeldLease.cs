using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>
/// A lease that this process holds. It ends by a timer, not by the renewal loop, so that a request that hangs cannot prolong it; and
/// it is counted from before the request was sent, since others count from when they see what the request wrote.
/// </summary>
internal sealed class HeldLease : IDisposable
{
    private readonly TimeSpan renewDeadline;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource valid;
    private readonly CancellationTokenSource ended;
    private long renewedAt;

    public HeldLease(
        V1Lease lease,
        long sentAt,
        LeaderElectionOptions options,
        TimeProvider time,
        CancellationToken stop
    )
    {
        Lease = lease;
        this.time = time;
        renewDeadline = options.RenewDeadline;
        renewedAt = sentAt;
        valid = new CancellationTokenSource(Remaining, time);
        ended = CancellationTokenSource.CreateLinkedTokenSource(stop, valid.Token);
        Term = new LeadershipTerm(options.Identity, lease.Spec?.LeaseTransitions ?? 0, () => IsValid, ended.Token);
    }

    /// <summary>As last written, for the next conditional update.</summary>
    public V1Lease Lease { get; private set; }

    public LeadershipTerm Term { get; }

    /// <summary>Cancelled when the lease is not safely held any more; not by a stop, during which it is renewed still.</summary>
    public CancellationToken Invalid => valid.Token;

    public bool IsValid => !valid.IsCancellationRequested && Remaining > TimeSpan.Zero;

    public void Renewed(V1Lease lease, long sentAt)
    {
        Lease = lease;
        Volatile.Write(ref renewedAt, sentAt);
        valid.CancelAfter(Remaining);
    }

    /// <summary>The lease at hand has a newer version, but is still this term's.</summary>
    public void Refreshed(V1Lease lease) => Lease = lease;

    public void Lose() => valid.Cancel();

    public void Dispose()
    {
        ended.Dispose();
        valid.Dispose();
    }

    private TimeSpan Remaining
    {
        get
        {
            var remaining = renewDeadline - time.GetElapsedTime(Volatile.Read(ref renewedAt));
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }
}
