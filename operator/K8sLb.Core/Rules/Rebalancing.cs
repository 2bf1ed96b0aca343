using System.Collections.Immutable;
using System.Globalization;
using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// Long connections stay where they were placed, so after scale-out the new members have none, and after a rollout the members that
/// were replaced first have most. Where that goes beyond what the pool allows, and lasts, members are told to release what they hold
/// above a level of their shares, and nothing more: a round moves as few connections as can bring everybody back within bounds. What was decided holds for the round, so
/// that clients which are on their way are not taken for more room.
/// </summary>
internal static class Rebalancing
{
    /// <summary>Fewer than that from its share says nothing of a member.</summary>
    private const int Least = 2;

    /// <summary>A pool that fills up is left alone: what is uneven there is chance, and the next connections may even it out.</summary>
    private const double MostGrowth = 1.05;

    /// <summary>Halvings: far finer than a connection.</summary>
    private const int LevelSteps = 40;

    public static PoolDraft Apply(PoolDraft pool)
    {
        if (pool.Spec.Rebalance is not { } spec || pool.Spec.Paused || Gather(pool) is not { Count: > 1 } members)
        {
            return pool with { Rebalance = null };
        }
        var sum = members.Sum(m => m.Held.Weight);
        var all = members.Sum(m => (double)m.Held.Connections);
        var before = pool.Rebalance is { } record && IsStill(record, members, all) ? record : null;
        if (before?.Round is { } round && !IsPast(round, members, pool.Now))
        {
            return Tell(pool, before);
        }
        var shares = members.Select(m => (m.Uid, m.Held, Share: all * m.Held.Weight / sum)).ToList();
        if (!shares.Any(m => IsUneven(m.Held.Connections, m.Share, spec)))
        {
            return pool with { Rebalance = null };
        }
        var first = before is { Round: null }
            ? before
            : new(pool.Now, all, members.Select(m => m.Uid).ToImmutableHashSet());
        if (first.Since.After(PlanLimits.RebalanceAfter) > pool.Now)
        {
            return pool with { Rebalance = first };
        }
        var moves = Moves(shares, spec);
        return moves.Count == 0
            ? pool with
            {
                Rebalance = null,
            }
            : Tell(pool, first with { Connections = all, Round = new(pool.Now, moves) });
    }

    /// <summary>
    /// Who takes work, and what each holds; null while something else moves connections, or somebody has not said what it holds.
    /// </summary>
    private static List<(string Uid, HeldFacts Held)>? Gather(PoolDraft pool)
    {
        if (pool.Members.Any(m => m.Next?.Phase is MemberPhase.RampDown or MemberPhase.Draining))
        {
            return null;
        }
        var members = new List<(string, HeldFacts)>();
        foreach (var member in pool.Members)
        {
            if (member is { Available: true, Next.Phase: MemberPhase.Active or MemberPhase.Warming, FullWeight: > 0 })
            {
                if (member.Facts?.Held is not { Weight: > 0 and < double.PositiveInfinity } held)
                {
                    return null;
                }
                members.Add((member.Pod.Uid, held));
            }
        }
        return members;
    }

    /// <summary>
    /// What was seen, or decided, is of this pool. What was decided for fewer connections would send away those that have come
    /// since; and while pods come up one by one, what each finds would be moved again for the next.
    /// </summary>
    private static bool IsStill(RebalanceRecord record, List<(string Uid, HeldFacts Held)> members, double all) =>
        all <= record.Connections * MostGrowth && record.Members.SetEquals(members.Select(m => m.Uid));

    private static bool IsPast(RebalanceRound round, List<(string Uid, HeldFacts Held)> members, DateTimeOffset now) =>
        round.DecidedAt.After(PlanLimits.RebalanceRound) <= now
        || members.All(m =>
            !round.Moves.TryGetValue(m.Uid, out var move)
            || m.Held.Connections <= move.HoldAtMost
            || m.Held.Movable == 0
        );

    private static bool IsUneven(int held, double share, RebalanceSpec spec) =>
        Math.Abs(held - share) is var off && off >= Least && off > share * spec.MaxImbalancePercent / 100;

    /// <summary>
    /// As many as those beyond the tolerance have too much, or lack, whichever is more; from the fullest members, down to one level of
    /// their shares. So one member that is a little beyond it does not set all the others moving. Each gets its part of the rate, so that all
    /// come to their ends together.
    /// </summary>
    private static ImmutableDictionary<string, RebalanceMove> Moves(
        List<(string Uid, HeldFacts Held, double Share)> shares,
        RebalanceSpec spec
    )
    {
        var beyond = shares.Where(m => IsUneven(m.Held.Connections, m.Share, spec)).ToList();
        var wanted = Math.Max(
            beyond.Sum(m => Math.Max(0, m.Held.Connections - m.Share)),
            beyond.Sum(m => Math.Max(0, m.Share - m.Held.Connections))
        );
        var (low, high) = (1.0, Math.Max(1, shares.Max(m => m.Held.Connections / m.Share)));
        for (var i = 0; i < LevelSteps; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = shares.Sum(m => Above(m.Held, m.Share, middle)) > wanted ? (middle, high) : (low, middle);
        }
        var level = shares.Sum(m => Above(m.Held, m.Share, 1)) <= wanted ? 1 : high;
        var above = shares
            .Select(m => (m.Uid, m.Held.Connections, Above: (int)Above(m.Held, m.Share, level)))
            .Where(m => m.Above > 0)
            .ToList();
        var all = above.Sum(m => (double)m.Above);
        return above.ToImmutableDictionary(
            m => m.Uid,
            m => new RebalanceMove(
                m.Connections,
                m.Connections - m.Above,
                Math.Round(spec.MaxReleasesPerSecond * m.Above / all, 3)
            ),
            StringComparer.Ordinal
        );
    }

    /// <summary>What a member holds above a level of its share, as far as it can be moved.</summary>
    private static long Above(HeldFacts held, double share, double level) =>
        Math.Max(0, Math.Min(held.Movable, held.Connections - (long)Math.Ceiling((share * level) - 1e-9)));

    private static PoolDraft Tell(PoolDraft pool, RebalanceRecord record) =>
        (pool with { Rebalance = record }).Refine(member =>
            record.Round!.Moves.TryGetValue(member.Pod.Uid, out var move)
                ? member with
                {
                    Why = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{member.Why}; of {move.Held} connections {move.Held - move.HoldAtMost} are to move"
                    ),
                }
                : member
        );
}
