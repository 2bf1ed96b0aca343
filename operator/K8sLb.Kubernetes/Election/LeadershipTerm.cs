namespace K8sLb.Kubernetes;

/// <summary>One unbroken time of leading.</summary>
/// <param name="FencingNumber">Greater than that of every term before, whoever led; never zero.</param>
/// <param name="Ended">Cancelled before anybody else could take the lease, and when this process stops.</param>
public sealed record LeadershipTerm(string Identity, long FencingNumber, CancellationToken Ended);

/// <summary>Who leads, as the Lease says.</summary>
/// <param name="Annotations">What the leader published of itself.</param>
public sealed record ObservedLeader(
    string Identity,
    long FencingNumber,
    IReadOnlyDictionary<string, string> Annotations
);
