using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class PeerWireThroughRelayTests() : PeerWireTests(PortMode.Relay);

public sealed class PeerWireThroughProxyTests() : PeerWireTests(PortMode.Proxy);

/// <summary>What a member that hands work over says on the wire, and to whom: no secret, and no byte of a client to who has no key.</summary>
public abstract class PeerWireTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task No_secret_crosses_the_wire_and_what_was_recorded_is_of_no_use()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await using var wire = new RecordingWire(pool[1].Address);
        await pool.TellAllAsync((i, d) => i == 1 ? d with { PeerAddress = wire.Address.ToString() } : d);
        await pool.TellAsync(0, (i, d) => PeerDirectives.Toward(i, d, wire.Address), PeerDirectives.Leaves());
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);
        (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");

        var (there, back) = (wire.There, wire.Back);
        var text = Encoding.Latin1.GetString([.. there, .. back]);
        text.ShouldContain("K8SLB/2 http uid-m0 uid-m1 ");
        text.ShouldNotContain(pool[1].Credential.Value);
        var secret = pool.Keys![0].Secret.ToArray();
        text.ShouldNotContain(Encoding.Latin1.GetString(secret));
        text.ShouldNotContain(Convert.ToBase64String(secret)[..40]);

        using var replay = await PeerCaller.ConnectAsync(pool[1]);
        await replay.SendAsync(there);
        (await replay.LineAsync()).ShouldNotBeNull().ShouldStartWith("K8SLB/2 a ");
        (await replay.LineAsync()).ShouldBeNull();
    }

    public static TheoryData<string, string> Lies =>
        new()
        {
            { "says that it takes the work", "K8SLB/1 ok\n" },
            { "is a web server", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" },
            { "has no key", "K8SLB/2 a AAAAAAAAAAAAAAAAAAAAAA AAAA\n" },
            { "has no key, and grants", "K8SLB/2 a AAAAAAAAAAAAAAAAAAAAAA AAAA\nK8SLB/1 ok\n" },
            { "sends the question back", "ECHO" },
            { "has no end", "ENDLESS" },
            { "says nothing", "" },
        };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Who_has_a_members_address_and_no_key_gets_no_byte_of_a_client(string who, string answer)
    {
        await using var pool = await PoolAsync(members: 3, TestSnapshots.NeverQuiet);
        await using var impostor = new Impostor(line =>
            answer switch
            {
                "ECHO" => $"{line}\n",
                "ENDLESS" => new string('x', 100_000),
                _ => answer,
            }
        );
        await pool.TellAsync(0, (i, d) => PeerDirectives.Toward(i, d, impostor.Address), PeerDirectives.Leaves());
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");

        for (var i = 0; i < 4; i++)
        {
            await using var late = await RawHttp.ConnectAsync(pool[0].Http);
            var response = await late.RequestAsync("/").WaitAsync(TimeSpan.FromSeconds(30));
            response.Status.ShouldBe(200, who);
            response.ServedBy.ShouldBe("m2", who);
        }

        impostor.Heard.ShouldStartWith("K8SLB/2 http uid-m0 uid-m1 ");
        impostor.Heard.ShouldNotContain("GET ");
        impostor.Heard.ShouldNotContain(pool[1].Credential.Value);
    }

    [Fact]
    public async Task Members_of_before_and_of_now_hand_work_to_each_other()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await using var wire = new RecordingWire(pool[1].Address);
        await pool.TellAsync(1, (i, d) => i == 1 ? d with { ProvesKey = false } : d);
        await pool.TellAsync(
            0,
            (i, d) => PeerDirectives.Toward(i, d, wire.Address) with { ProvesKey = i == 0 },
            PeerDirectives.Leaves()
        );
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");

        Encoding.Latin1.GetString(wire.There).ShouldStartWith("K8SLB/1 http ");
    }
}
