using System.Diagnostics;
using K8sLb.Protocol;
using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Routing;

/// <summary>Members come and go a thousand times a second under threads that pick all the time.</summary>
public sealed class MembershipChangeTests
{
    private const int Changes = 2_000;
    private const int Pickers = 3;
    private const int PicksEach = 50;

    private static readonly string[] Names = [.. Enumerable.Range(0, 12).Select(i => $"m{i}")];

    [Fact]
    public async Task Every_pick_is_a_live_member_and_the_spread_fits_the_weights()
    {
        var random = new Random(4711);
        var pools = Enumerable.Range(0, Changes + 1).Select(i => Pool(i + 1, random)).ToList();
        var shares = pools
            .Select(p =>
                RoutingPlanner
                    .Plan(p.Pool, new("self"), new Dictionary<string, MemberLoad>(), p.SentAt)
                    .Peers.ToDictionary(s => s.Member.Uid, s => s.Share)
            )
            .ToList();
        var clock = TimeProvider.System;
        var snapshots = new SnapshotInForce();
        var router = new WorkRouter(
            snapshots,
            new MemberDrain(new ConnectionRegistry(clock), snapshots, clock),
            new MemberHealth(),
            new MemberAgent(),
            new PeerLoads(clock),
            new Random(1),
            clock
        );
        snapshots.Put(pools[0]);
        router.Refresh();
        var at = 0;
        var counted = 0L;
        using var done = new CancellationTokenSource();

        var picking = Enumerable
            .Range(0, Pickers)
            .Select(_ =>
                Task.Run(() =>
                    Pick(
                        router,
                        shares,
                        () => Volatile.Read(ref at),
                        () => Interlocked.Increment(ref counted),
                        done.Token
                    )
                )
            )
            .ToList();
        var pace = Stopwatch.StartNew();
        for (var i = 1; i <= Changes; i++)
        {
            // A thousand a second, where the machine has room for enough picks between two of them.
            while (pace.Elapsed < TimeSpan.FromMilliseconds(i) || Interlocked.Read(ref counted) < PicksEach * i)
            {
                Thread.Yield();
            }
            snapshots.Put(pools[i]);
            router.Refresh();
            Volatile.Write(ref at, i);
        }
        await done.CancelAsync();
        var tallies = await Task.WhenAll(picking);

        tallies.SelectMany(t => t.Strangers).ShouldBeEmpty();
        var picked = Names.Select(n => tallies.Sum(t => t.Picked.GetValueOrDefault(n))).ToList();
        var expected = Names.Select(n => tallies.Sum(t => t.Expected.GetValueOrDefault(n))).ToList();
        picked.Sum().ShouldBeGreaterThanOrEqualTo(PicksEach * Changes);
        // 11 degrees of freedom; random picks pass 31.3 by chance once in a thousand times.
        picked.Zip(expected, (p, e) => Math.Pow(p - e, 2) / e).Sum().ShouldBeLessThan(31.3);
    }

    private static Tally Pick(
        WorkRouter router,
        List<Dictionary<string, double>> shares,
        Func<int> version,
        Action count,
        CancellationToken done
    )
    {
        var tally = new Tally([], [], []);
        while (!done.IsCancellationRequested)
        {
            var before = version();
            var plan = router.Plan;
            var peer = router.Next(WorkKind.Request).Peer?.Uid ?? "self";
            var after = version();
            // The next version may be in the router already.
            var live = Enumerable.Range(before, Math.Min(after + 1, shares.Count - 1) - before + 1);
            if (!live.Any(v => shares[v].ContainsKey(peer)))
            {
                tally.Strangers.Add($"{peer} in versions {before} to {after + 1}");
            }
            if (before == after && plan == router.Plan && IsOf(plan, shares[before]))
            {
                count();
                tally.Picked[peer] = tally.Picked.GetValueOrDefault(peer) + 1;
                foreach (var (uid, share) in shares[before])
                {
                    tally.Expected[uid] = tally.Expected.GetValueOrDefault(uid) + share;
                }
            }
        }
        return tally;
    }

    private static bool IsOf(RoutingPlan plan, Dictionary<string, double> shares)
    {
        foreach (var choice in plan.Choices)
        {
            if (choice.Peer is not { } peer || !shares.ContainsKey(peer.Uid))
            {
                return false;
            }
        }
        return plan.Choices.Length == shares.Count;
    }

    /// <summary>This member takes nothing, so that everything is passed on to some of the others.</summary>
    private static MemberSnapshot Pool(long version, Random random)
    {
        var others = Names
            .Where(_ => random.Next(3) > 0)
            .DefaultIfEmpty(Names[0])
            .Select((name, i) => TestSnapshots.Member(name, 10 + (Array.IndexOf(Names, name) * 10)));
        return TestSnapshots.For("self", version, [TestSnapshots.Member("self", 0), .. others]);
    }

    private sealed record Tally(
        Dictionary<string, int> Picked,
        Dictionary<string, double> Expected,
        List<string> Strangers
    );
}
