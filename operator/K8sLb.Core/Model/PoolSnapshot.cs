namespace K8sLb.Core;

/// <summary>All that one decision is made from. The order of the lists means nothing.</summary>
public sealed record PoolSnapshot
{
    public required PoolSpec Spec { get; init; }
    public required IReadOnlyList<PodFacts> Pods { get; init; }
    public required IReadOnlyList<MemberFacts> Members { get; init; }
    public required IReadOnlyList<MemberRecord> Records { get; init; }
}
