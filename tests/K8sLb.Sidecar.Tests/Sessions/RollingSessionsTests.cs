using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Sessions;

/// <summary>Sessions while every member of a pool is replaced, one after the other.</summary>
[Trait("Category", "Long")]
public sealed class RollingSessionsTests
{
    private const int Sessions = 1_000;
    private const int Members = 4;

    [Theory]
    [InlineData(SessionKind.Cookie)]
    [InlineData(SessionKind.Header)]
    public async Task Each_of_a_thousand_sessions_moves_once_for_each_member_that_it_loses(SessionKind kind)
    {
        var policy = TestKeys.Policy(kind);
        await using var pool = await TestMember.PoolAsync(
            Members,
            p => p with { Sessions = policy, Drain = p.Drain with { RampDownMs = 300, QuietPeriodMs = 300 } },
            PortMode.Proxy
        );
        var endpoints = new StaleEndpoints(pool.Members);
        var visitors = new SessionVisitors(policy, endpoints, Sessions, workers: 16);
        using var stop = new CancellationTokenSource();
        var visiting = visitors.RunAsync(stop.Token);
        await Eventually.IsTrue(() => visitors.Requests >= Sessions || visiting.IsCompleted, "every session has begun");

        List<TestMember> lost = [];
        foreach (var leaving in pool.Members.ToList())
        {
            endpoints.Add(await RollingPool.JoinAsync(pool, $"{leaving.Name}-next"));
            await RollingPool.LeaveAsync(pool, leaving, endpoints);
            lost.Add(leaving);
            var soFar = visitors.Requests;
            await Eventually.IsTrue(
                () => visitors.Requests >= soFar + Sessions || visiting.IsCompleted,
                "every session has been back"
            );
        }
        await stop.CancelAsync();
        await visiting.WaitAsync(TimeSpan.FromSeconds(60));

        var moves = 0;
        var ways = Ways([.. lost, .. pool.Members]);
        for (var client = 0; client < Sessions; client++)
        {
            var way = ways[SessionVisitors.Name(client)];
            way.ShouldBeUnique($"client {client} never goes back");
            way[..^1].ShouldAllBe(name => lost.Any(l => l.Name == name), $"client {client} leaves lost members alone");
            pool.Members.Select(m => m.Name).ShouldContain(way[^1]);
            visitors.Clients[client].Given.ShouldBe(way.Count);
            moves += way.Count - 1;
        }
        moves.ShouldBeGreaterThanOrEqualTo(Sessions, "each was at a member that was lost");
    }

    /// <summary>Where the requests of each client were served, in order, each place once.</summary>
    private static Dictionary<string, List<string>> Ways(IReadOnlyList<TestMember> members) =>
        members
            .SelectMany(m => m.App.Visits.Select(v => (v.Client, v.At, m.Name)))
            .GroupBy(v => v.Client)
            .ToDictionary(
                g => g.Key,
                g =>
                {
                    var way = new List<string>();
                    foreach (var visit in g.OrderBy(v => v.At))
                    {
                        if (way.Count == 0 || way[^1] != visit.Name)
                        {
                            way.Add(visit.Name);
                        }
                    }
                    return way;
                }
            );
}
