using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Sessions;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Sidecar.Tests.Sessions;

/// <summary>What becomes of the sessions of a member that has far more of them than its share.</summary>
public sealed class HandoverTests
{
    private const int Sessions = 40;
    private readonly SessionPolicy policy = TestKeys.Policy(SessionKind.Cookie);

    [Fact]
    public async Task An_overloaded_member_hands_over_what_is_above_its_share_between_requests()
    {
        await using var pool = await PoolAsync(rate: 1_000);
        var clients = await CrowdAsync(pool[0]);

        await Eventually.IsTrue(
            async () =>
            {
                Exchange(pool);
                foreach (var client in clients)
                {
                    (await client.RequestAsync(pool[0])).Status.ShouldBe(200);
                }
                return Reported(pool[1]) >= Sessions / 2;
            },
            "sessions are where they should be"
        );

        Reported(pool[1]).ShouldBe(Sessions / 2, "no more than what was above the share");
        foreach (var client in clients)
        {
            client.Given.ShouldBeLessThanOrEqualTo(2);
            var owner = (await client.RequestAsync(pool[0])).ServedBy;
            (await client.RequestAsync(pool[1])).ServedBy.ShouldBe(owner);
        }
    }

    [Fact]
    public async Task No_more_go_in_a_second_than_may_and_the_oldest_go_first()
    {
        var clock = new ManualTime();
        await using var pool = await PoolAsync(rate: 4);
        var live = new LiveSessions(clock);
        var loads = new PeerLoads(clock);
        using var handover = Handover(pool[0], loads, live, clock);
        var plan = pool[0].Router.Sessions!;
        SessionToken[] tokens =
        [
            .. Enumerable
                .Range(0, Sessions)
                .Select(i => new SessionToken((ulong)i + 1, plan.Self, clock.GetUtcNow() - TimeSpan.FromSeconds(i))),
        ];
        foreach (var token in tokens)
        {
            live.Note(token);
        }
        loads.Put(new() { Members = [new() { Uid = "uid-m1", Sessions = 0 }] });

        List<ulong> gone = [];
        for (var second = 1; second <= 3; second++)
        {
            var before = gone.Count;
            for (var step = 0; step < 4; step++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(250));
                handover.Step();
                gone.AddRange(tokens.Where(t => !gone.Contains(t.Session)).Where(Goes).Select(t => t.Session));
            }
            (gone.Count - before).ShouldBeInRange(3, 5);
        }
        gone.ShouldAllBe(session => session > Sessions / 2, "the youngest half stays");

        bool Goes(SessionToken token)
        {
            var next = handover.TryTake(plan, token);
            if (next is not null)
            {
                live.Forget(token);
                next.Value.Owner.ShouldBe(RendezvousHash.Of("uid-m1"));
                next.Value.Session.ShouldBe(token.Session);
            }
            return next is not null;
        }
    }

    [Fact]
    public async Task Nothing_goes_where_the_pool_does_not_ask_for_it()
    {
        var clock = new ManualTime();
        await using var pool = await PoolAsync(rate: null);
        var live = new LiveSessions(clock);
        var loads = new PeerLoads(clock);
        using var handover = Handover(pool[0], loads, live, clock);
        var plan = pool[0].Router.Sessions!;
        var token = new SessionToken(1, plan.Self, clock.GetUtcNow() - TimeSpan.FromSeconds(5));
        live.Note(token);
        for (var other = 2UL; other < 100; other++)
        {
            live.Note(token with { Session = other });
        }
        loads.Put(new() { Members = [new() { Uid = "uid-m1", Sessions = 0 }] });

        clock.Advance(TimeSpan.FromSeconds(5));
        handover.Step();

        handover.TryTake(plan, token).ShouldBeNull();
    }

    private static SessionHandover Handover(
        TestMember member,
        PeerLoads loads,
        LiveSessions live,
        TimeProvider clock
    ) => ActivatorUtilities.CreateInstance<SessionHandover>(member.Host.Services, loads, live, clock);

    private Task<TestPool> PoolAsync(int? rate) =>
        TestMember.PoolAsync(
            2,
            p =>
                p with
                {
                    Sessions = policy,
                    Rebalance = rate is { } perSecond
                        ? new() { MaxImbalancePercent = 15, MaxReleasesPerSecond = perSecond }
                        : null,
                },
            PortMode.Proxy
        );

    /// <summary>All of them begin at one member.</summary>
    private async Task<List<SessionClient>> CrowdAsync(TestMember entry)
    {
        var clients = new List<SessionClient>();
        for (var i = 0; i < Sessions; i++)
        {
            var client = new SessionClient(policy);
            (await client.RequestAsync(entry)).ServedBy.ShouldBe(entry.Name);
            clients.Add(client);
        }
        return clients;
    }

    private static int Reported(TestMember member) => member.Reports.Report().Sessions!.Value;

    /// <summary>As the operator does every two seconds.</summary>
    private static void Exchange(TestPool pool)
    {
        var told = new PoolLoads
        {
            Members = [.. pool.Members.Select(m => new MemberLoad { Uid = m.Options.PodUid, Sessions = Reported(m) })],
        };
        foreach (var member in pool.Members)
        {
            member.Host.Services.GetRequiredService<PeerLoads>().Put(told);
        }
    }
}
