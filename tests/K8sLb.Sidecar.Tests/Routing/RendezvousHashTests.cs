using System.Net;
using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class RendezvousHashTests
{
    private const int Clients = 20_000;
    private readonly ManualTime clock = new();

    [Fact]
    public void Clients_are_spread_by_weight()
    {
        Choice[] choices = [Choice("a", 100), Choice("b", 100), Choice("c", 50), Choice("d", 10)];
        var picked = new int[choices.Length];
        foreach (var key in Keys())
        {
            picked[RendezvousHash.Pick(choices, key)]++;
        }

        var misfit = choices.Zip(
            picked,
            (c, n) => Math.Pow(n - (Clients * c.Weight / 260), 2) / (Clients * c.Weight / 260)
        );
        // 3 degrees of freedom; chance passes 16.3 once in a thousand times.
        misfit.Sum().ShouldBeLessThan(16.3, string.Join(", ", picked));
    }

    [Fact]
    public void A_member_that_goes_moves_its_own_clients_alone()
    {
        var sets = Gen.ListOf(Gen.Choose(1, 1000)).Where(weights => weights.Count is > 1 and < 20);

        Prop.ForAll(
                Arb.From(sets),
                weights =>
                {
                    Choice[] all = [.. weights.Select((w, i) => Choice($"m{i}", w))];
                    foreach (var key in Keys().Take(200))
                    {
                        var before = all[RendezvousHash.Pick(all, key)].Id;
                        Choice[] rest = [.. all.Where(c => c.Id != all[^1].Id)];
                        var after = rest[RendezvousHash.Pick(rest, key)].Id;
                        (after == before || before == all[^1].Id).ShouldBeTrue();
                    }
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Members_in_any_order_give_the_same_answer()
    {
        Choice[] choices = [Choice("a", 100), Choice("b", 30), Choice("c", 70)];
        Choice[] turned = [choices[2], choices[0], choices[1]];

        foreach (var key in Keys().Take(1000))
        {
            turned[RendezvousHash.Pick(turned, key)].Id.ShouldBe(choices[RendezvousHash.Pick(choices, key)].Id);
        }
    }

    [Fact]
    public void A_member_with_far_more_than_its_share_under_way_is_passed_over()
    {
        Choice[] choices = [Choice("a", 100), Choice("b", 100), Choice("c", 100)];
        var key = Keys().First(k => RendezvousHash.Pick(choices, k) == 0);
        for (var i = 0; i < 10; i++)
        {
            choices[0].Load.Begin();
        }

        RendezvousHash.Pick(choices, key).ShouldNotBe(0);

        choices[1].Load.Begin();
        for (var i = 0; i < 9; i++)
        {
            choices[1].Load.Begin();
            choices[2].Load.Begin();
        }
        RendezvousHash.Pick(choices, key).ShouldBe(0, "with 10, 10 and 9 under way it has no more than its share");
    }

    [Fact]
    public void One_that_could_not_be_reached_is_passed_over_while_others_can()
    {
        Choice[] choices = [Choice("a", 100), Choice("b", 100)];
        var key = Keys().First(k => RendezvousHash.Pick(choices, k) == 0);

        choices[0].Peer!.NoteUnreachable();
        RendezvousHash.Pick(choices, key).ShouldBe(1);

        choices[1].Peer!.NoteUnreachable();
        RendezvousHash.Pick(choices, key).ShouldBe(0);
    }

    [Fact]
    public void An_address_is_one_client_in_whatever_form_it_comes()
    {
        var address = IPAddress.Parse("10.1.2.3");
        byte[] raw = [2, 0, 0x1F, 0x90, 10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0];

        ClientKey.Of(new IPEndPoint(address.MapToIPv6(), 5)).ShouldBe(ClientKey.Of(new IPEndPoint(address, 4)));
        ClientKey.OfSocketAddress(raw).ShouldBe(ClientKey.Of(new IPEndPoint(address, 6)));
        ClientKey
            .Of(new IPEndPoint(IPAddress.Parse("10.1.2.4"), 4))
            .ShouldNotBe(ClientKey.Of(new IPEndPoint(address, 4)));
    }

    [Fact]
    public void An_address_of_IPv6_is_read_as_the_kernel_writes_it()
    {
        var address = IPAddress.Parse("fd00::7:1");
        byte[] raw = [10, 0, 0x1F, 0x90, 0, 0, 0, 0, .. address.GetAddressBytes(), 0, 0, 0, 0];

        ClientKey.OfSocketAddress(raw).ShouldBe(ClientKey.Of(new IPEndPoint(address, 1)));
    }

    private static IEnumerable<ulong> Keys() =>
        Enumerable
            .Range(0, Clients)
            .Select(i =>
                ClientKey.Of(new IPEndPoint(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), 1))
            );

    private Choice Choice(string uid, int weight) =>
        new(new Peer(TestSnapshots.Member(uid, weight), clock), weight, 0, null);
}
