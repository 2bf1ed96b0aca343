namespace K8sLb.Kubernetes;

public sealed record LeaderElectionOptions
{
    public required string Namespace { get; init; }

    /// <summary>Name of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Must differ between processes, also between two lives of one pod; <see cref="UniqueIdentity"/> makes one.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>What others need to know of the leader, such as its address; written on the Lease with the acquisition.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>How long others wait after the last renewal before they take over. Whole seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Without a renewal for this long the leader stops by itself. Below the lease duration.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between tries to acquire or renew; up to a fifth is added at random.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A name that no other process has, however often this one restarts.</summary>
    public static string UniqueIdentity(string host) => $"{host}_{Guid.NewGuid():n}";

    /// <exception cref="ArgumentException">The times do not fit each other; the message names them.</exception>
    internal void Validate()
    {
        if (LeaseDuration < TimeSpan.FromSeconds(1) || LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new ArgumentException($"LeaseDuration is {LeaseDuration}; it must be whole seconds, at least one");
        }
        if (RenewDeadline >= LeaseDuration)
        {
            throw new ArgumentException(
                $"RenewDeadline is {RenewDeadline}; it must be below LeaseDuration {LeaseDuration}"
            );
        }
        if (RetryPeriod <= TimeSpan.Zero || RetryPeriod * 1.2 >= RenewDeadline)
        {
            throw new ArgumentException(
                $"RetryPeriod is {RetryPeriod}; with its jitter it must be below RenewDeadline {RenewDeadline}"
            );
        }
    }
}
