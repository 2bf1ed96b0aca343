using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Sessions;

public sealed class SourceAddressThroughRelayTests() : SourceAddressTests(PortMode.Relay);

public sealed class SourceAddressThroughProxyTests() : SourceAddressTests(PortMode.Proxy);

public abstract class SourceAddressTests(PortMode mode) : DataPathTests(mode)
{
    private const int Clients = 12;

    [Fact]
    public async Task A_client_stays_at_one_member_whatever_load_that_has()
    {
        await using var pool = await StartAsync(3);
        for (var i = 0; i < 50; i++)
        {
            pool[1].Router.Local.Begin();
        }

        var before = await PlacesAsync(pool.Members);

        before.Distinct().Count().ShouldBe(3, string.Join(", ", before));
    }

    [Fact]
    public async Task A_member_that_leaves_moves_its_own_clients_alone_when_its_ramp_down_is_over()
    {
        await using var pool = await StartAsync(3);
        var before = await PlacesAsync(pool.Members);

        await DrainAsync(pool, 0, TimeSpan.FromMinutes(5));
        (await PlacesAsync(pool.Members)).ShouldBe(before);
        await DrainAsync(pool, 0, TimeSpan.Zero);
        var after = await PlacesAsync(pool.Members);

        foreach (var (was, now) in before.Zip(after))
        {
            (was == "m0" ? now != "m0" : now == was).ShouldBeTrue($"{was} became {now}");
        }
    }

    [Fact]
    public async Task A_member_that_is_gone_without_a_word_moves_its_own_clients_alone()
    {
        await using var pool = await StartAsync(3);
        var before = await PlacesAsync(pool.Members);

        await pool[0].App.DisposeAsync();
        await pool[0].Host.StopAsync();
        var after = await PlacesAsync(pool.Members.Skip(1));

        foreach (var (was, now) in before.Zip(after))
        {
            (was == "m0" ? now != "m0" : now == was).ShouldBeTrue($"{was} became {now}");
        }
    }

    private Task<TestPool> StartAsync(int members) =>
        PoolAsync(members, p => p with { Sessions = TestKeys.Policy(SessionKind.SourceAddress) });

    private static Task DrainAsync(TestPool pool, int which, TimeSpan rampDown)
    {
        var drain = TestSnapshots.Drain(TimeSpan.FromMinutes(10), rampDown) with { Id = $"drain-{rampDown}" };
        return pool.TellAllAsync(
            (i, d) => i == which ? TestSnapshots.Drained(d, drain) : d,
            i => i == which ? drain : null
        );
    }

    /// <summary>The one member that serves each of the clients, whichever it comes in at.</summary>
    private static async Task<List<string>> PlacesAsync(IEnumerable<TestMember> entries)
    {
        var places = new List<string>();
        for (var client = 1; client <= Clients; client++)
        {
            var from = new IPAddress([127, 1, 2, (byte)client]);
            HashSet<string> seen = [];
            foreach (var member in entries)
            {
                await using var connection = await RawHttp.ConnectAsync(member.Http, from);
                seen.Add((await connection.RequestAsync("/")).ServedBy!);
            }
            places.Add(seen.ShouldHaveSingleItem());
        }
        return places;
    }
}
