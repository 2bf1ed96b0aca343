namespace K8sLb.Kubernetes;

/// <summary>One unbroken time of leading.</summary>
/// <param name="isValid">By the clock.</param>
public sealed class LeadershipTerm(string identity, long fencingNumber, Func<bool> isValid, CancellationToken ended)
{
    public string Identity => identity;

    /// <summary>Greater than that of every term before, whoever led; never zero.</summary>
    public long FencingNumber => fencingNumber;

    /// <summary>Cancelled before anybody else could take the lease, and when this process stops.</summary>
    public CancellationToken Ended => ended;

    /// <summary>
    /// By the clock, so that it is right where <see cref="Ended"/> is late: timers of a process that was stopped run out after it
    /// has gone on.
    /// </summary>
    public bool IsHeld => isValid() && !ended.IsCancellationRequested;
}

/// <summary>Who leads, as the Lease says.</summary>
/// <param name="Annotations">What the leader published of itself.</param>
public sealed record ObservedLeader(
    string Identity,
    long FencingNumber,
    IReadOnlyDictionary<string, string> Annotations
);
