namespace K8sLb.Core;

/// <summary>All that one decision is made from. The order of the lists means nothing; each holds a UID at most once.</summary>
public sealed record PoolSnapshot
{
    public required PoolSpec Spec { get; init; }
    public required IReadOnlyList<PodFacts> Pods { get; init; }
    public required IReadOnlyList<MemberFacts> Members { get; init; }
    public required IReadOnlyList<MemberRecord> Records { get; init; }

    /// <summary>The last <see cref="PoolPlan.Rebalance"/>.</summary>
    public RebalanceRecord? Rebalance { get; init; }

    /// <summary>
    /// When this operator began to listen to the pool's sidecars. Silence counts from here at the earliest, so that a
    /// new leader does not take everybody for lost. Null: a member that has not spoken yet is never lost.
    /// </summary>
    public DateTimeOffset? ListeningSince { get; init; }
}
