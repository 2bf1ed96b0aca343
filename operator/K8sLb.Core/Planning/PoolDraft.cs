using System.Collections.Immutable;

namespace K8sLb.Core.Planning;

/// <summary>A pool on its way through the rules. Ordered by pod name, then UID, so that no rule depends on list order.</summary>
internal sealed record PoolDraft
{
    public required PoolSpec Spec { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required DateTimeOffset? ListeningSince { get; init; }
    public required ImmutableArray<MemberDraft> Members { get; init; }

    /// <summary>What was decided before, until the rule of it decides anew.</summary>
    public RebalanceRecord? Rebalance { get; init; }

    /// <summary>Names that the capacity floor holds back.</summary>
    public ImmutableArray<string> HeldBack { get; init; } = [];

    public int Floor => Spec.Drain.MinAvailable.Of(Members.Count(m => !m.Deleted && !m.Pod.Terminated));

    /// <summary>Members that no rule has decided about yet.</summary>
    public IEnumerable<MemberDraft> Undecided => Members.Where(m => m.Next is null);

    /// <summary>Offers the undecided members to a rule; null leaves a member to the rules that follow.</summary>
    public PoolDraft Decide(Func<MemberDraft, MemberDraft?> rule) =>
        this with
        {
            Members = [.. Members.Select(m => m.Next is null ? rule(m) ?? m : m)],
        };

    /// <summary>Lets a rule refine what earlier rules decided.</summary>
    public PoolDraft Refine(Func<MemberDraft, MemberDraft> rule) => this with { Members = [.. Members.Select(rule)] };

    /// <summary>When a member's silence makes it lost; null where silence says nothing yet.</summary>
    public DateTimeOffset? LostAt(MemberDraft member) =>
        (member.Facts?.LastSeen, ListeningSince) switch
        {
            (null, null) => null,
            (null, { } since) => since.After(PlanLimits.SilenceLimit),
            ({ } seen, null) => seen.After(PlanLimits.SilenceLimit),
            ({ } seen, { } since) => Instants.Later(seen, since).After(PlanLimits.SilenceLimit),
        };

    public bool IsSilent(MemberDraft member) => LostAt(member) <= Now;
}
