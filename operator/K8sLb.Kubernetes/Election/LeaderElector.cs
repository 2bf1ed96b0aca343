using Microsoft.Extensions.Logging;

namespace K8sLb.Kubernetes;

/// <summary>
/// Leader election on a Lease (coordination.k8s.io/v1). Nobody's clock is trusted but one's own: the lease counts as expired when
/// this process has seen no change of it for its whole duration, and a leader counts its own time from before each request.
/// </summary>
public sealed class LeaderElector
{
    private readonly LeaderElectionOptions options;
    private readonly ElectionLog log;
    private readonly TimeProvider time;
    private readonly LeaseRequests requests;
    private readonly LeaseObservation observation;
    private volatile HeldLease? held;

    /// <exception cref="ArgumentException">The times of the options do not fit each other.</exception>
    public LeaderElector(
        IKubernetesClient client,
        LeaderElectionOptions options,
        ILogger<LeaderElector> logger,
        TimeProvider? time = null
    )
    {
        options.Validate();
        this.options = options;
        log = new ElectionLog(logger, options.Name);
        this.time = time ?? TimeProvider.System;
        requests = new LeaseRequests(client, options, this.time);
        observation = new LeaseObservation(options.LeaseDuration, this.time);
    }

    /// <summary>By the clock, so that it is right also where timers are late.</summary>
    public bool IsLeader => held is { Term.IsHeld: true };

    public string Identity => options.Identity;

    /// <summary>Null while nobody leads or the Lease has not been read.</summary>
    public ObservedLeader? Leader => observation.Leader;

    /// <summary>
    /// Campaigns, and calls <paramref name="lead"/> for each term. It has to return soon after <see cref="LeadershipTerm.Ended"/>;
    /// if it returns or throws before, the lease is given up and the campaign goes on. On cancellation the lease is released
    /// once <paramref name="lead"/> has returned, so that another process can follow at once. Returns after that.
    /// </summary>
    public async Task RunAsync(Func<LeadershipTerm, Task> lead, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using (var lease = await TryAcquireAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (lease is not null)
                    {
                        await LeadAsync(lease, lead).ConfigureAwait(false);
                    }
                }
                await Task.Delay(RetryPeriod(), time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
    }

    private async Task<HeldLease?> TryAcquireAsync(CancellationToken stop)
    {
        using var timeout = TryTimeout(stop);
        try
        {
            var current = await requests.GetAsync(timeout.Token).ConfigureAwait(false);
            if (current is null)
            {
                observation.Forget();
            }
            else
            {
                observation.Observe(current);
                // One's own name without a term: an acquisition whose answer was lost.
                if (!observation.IsFree && current.Spec?.HolderIdentity != options.Identity)
                {
                    return null;
                }
            }
            var sentAt = time.GetTimestamp();
            var lease = await requests
                .AcquireAsync(current, observation.NextFencingNumber, timeout.Token)
                .ConfigureAwait(false);
            observation.Observe(lease);
            return new HeldLease(lease, sentAt, options, time, stop);
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsAlreadyExists)
        {
            return null;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            log.RequestFailed(e);
            return null;
        }
    }

    private async Task LeadAsync(HeldLease lease, Func<LeadershipTerm, Task> lead)
    {
        held = lease;
        log.Acquired(lease.Term);
        var work = RunWorkAsync(lead, lease.Term);
        while (!work.IsCompleted && lease.IsValid)
        {
            await WaitForNextTryAsync(work, lease).ConfigureAwait(false);
            if (!work.IsCompleted && lease.IsValid)
            {
                await TryRenewAsync(lease).ConfigureAwait(false);
            }
        }
        var lost = !lease.IsValid;
        // The timer may be late where the clock is not; and work that returned by itself has ended its term.
        lease.Lose();
        if (lost)
        {
            log.Lost(lease.Term);
        }
        await work.ConfigureAwait(false);
        held = null;
        if (!lost)
        {
            await ReleaseAsync(lease).ConfigureAwait(false);
        }
    }

    private async Task RunWorkAsync(Func<LeadershipTerm, Task> lead, LeadershipTerm term)
    {
        try
        {
            await Task.Run(() => lead(term)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (term.Ended.IsCancellationRequested) { }
        catch (Exception e)
        {
            log.WorkFailed(e, term);
        }
    }

    private async Task WaitForNextTryAsync(Task work, HeldLease lease)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(lease.Invalid);
        await Task.WhenAny(work, Task.Delay(RetryPeriod(), time, wait.Token)).ConfigureAwait(false);
        await wait.CancelAsync().ConfigureAwait(false);
    }

    private async Task TryRenewAsync(HeldLease lease)
    {
        using var timeout = TryTimeout(lease.Invalid);
        try
        {
            var sentAt = time.GetTimestamp();
            var renewed = await requests.RenewAsync(lease.Lease, timeout.Token).ConfigureAwait(false);
            observation.Observe(renewed);
            lease.Renewed(renewed, sentAt);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            await ReadAgainAsync(lease, timeout.Token).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            observation.Forget();
            lease.Lose();
        }
        catch (Exception e)
        {
            log.RequestFailed(e);
        }
    }

    /// <summary>Somebody wrote to the Lease: a successor, or only a person who set a label, or a renewal whose answer was lost.</summary>
    private async Task ReadAgainAsync(HeldLease lease, CancellationToken cancellationToken)
    {
        try
        {
            var current = await requests.GetAsync(cancellationToken).ConfigureAwait(false);
            if (
                current?.Spec?.HolderIdentity == options.Identity
                && current.Spec.LeaseTransitions == lease.Term.FencingNumber
            )
            {
                lease.Refreshed(current);
            }
            else
            {
                if (current is null)
                {
                    observation.Forget();
                }
                else
                {
                    observation.Observe(current);
                }
                lease.Lose();
            }
        }
        catch (Exception e)
        {
            log.RequestFailed(e);
        }
    }

    private async Task ReleaseAsync(HeldLease lease)
    {
        using var timeout = TryTimeout(CancellationToken.None);
        try
        {
            observation.Observe(await requests.ReleaseAsync(lease.Lease, timeout.Token).ConfigureAwait(false));
            log.Released(lease.Term);
        }
        catch (Exception e)
        {
            // Others follow when the lease has run out.
            log.Lost(lease.Term);
            log.RequestFailed(e);
        }
    }

    private TimeSpan RetryPeriod() => options.RetryPeriod * (1 + (0.2 * Random.Shared.NextDouble()));

    /// <summary>Half the deadline, so that one request that hangs leaves time for another.</summary>
    private CancellationTokenSource TryTimeout(CancellationToken outer)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        source.CancelAfter(options.RenewDeadline / 2);
        return source;
    }
}
