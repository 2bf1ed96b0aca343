using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class PeerKeyThroughRelayTests() : PeerKeyTests(PortMode.Relay);

public sealed class PeerKeyThroughProxyTests() : PeerKeyTests(PortMode.Proxy);

/// <summary>Whom a member lets in by its peer port: who proves a key of the pool, and nobody who would like to be taken for one.</summary>
public abstract class PeerKeyTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task Who_has_the_key_hands_work_over()
    {
        await using var pool = await PoolAsync();
        using var caller = await PeerCaller.ConnectAsync(pool[0]);

        (await caller.AskAsync(pool[0], pool.Keys![0])).ShouldBe("K8SLB/1 ok");

        await caller.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        (await caller.LineAsync()).ShouldBe("HTTP/1.1 200 OK\r");
    }

    [Fact]
    public async Task Another_pools_key_is_not_even_answered()
    {
        await using var pool = await PoolAsync();
        using var caller = await PeerCaller.ConnectAsync(pool[0]);
        await caller.SendAsync(PeerCaller.Opening(pool[0], TestSnapshots.Key("other")).Format());

        (await caller.LineAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_of_the_right_name_proves_nothing()
    {
        await using var pool = await PoolAsync();
        using var caller = await PeerCaller.ConnectAsync(pool[0]);

        (await caller.AskAsync(pool[0], TestSnapshots.Key("a"))).ShouldBeNull();
    }

    [Fact]
    public async Task A_members_own_proof_is_not_taken_from_others()
    {
        await using var pool = await PoolAsync();
        using var caller = await PeerCaller.ConnectAsync(pool[0]);
        await caller.SendAsync(PeerCaller.Opening(pool[0], pool.Keys![0]).Format());
        var answer = PeerAnswer.Parse(Encoding.ASCII.GetBytes((await caller.LineAsync())!))!;

        await caller.SendAsync(PeerProof.Format(answer.Proof));

        (await caller.LineAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Who_looks_for_another_member_is_refused()
    {
        await using var pool = await PoolAsync(members: 2);
        using var caller = await PeerCaller.ConnectAsync(pool[0]);
        await caller.SendAsync(PeerCaller.Opening(pool[1], pool.Keys![0]).Format());

        (await caller.LineAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("K8SLB/2\n")]
    [InlineData("K8SLB/2 http a b nonce a\n")]
    [InlineData("K8SLB/2 http uid-x uid-m0 AAAAAAAAAAAAAAAAAAAAAA\n")]
    [InlineData("K8SLB/2 http uid-x uid-m0 AAAAAAAAAAAAAAAAAAAAAA ,,,\n")]
    [InlineData("K8SLB/3 http uid-x uid-m0 AAAAAAAAAAAAAAAAAAAAAA a\n")]
    [InlineData("K8SLB/2 http uid-x uid-m0 AAAAAAAAAAAAAAAAAAAAAA a\nK8SLB/2 \n")]
    [InlineData("K8SLB/2 http uid-x uid-m0 AAAAAAAAAAAAAAAAAAAAAA a\n\n")]
    public async Task Garbage_is_refused(string said)
    {
        await using var pool = await PoolAsync();
        using var caller = await PeerCaller.ConnectAsync(pool[0]);
        await caller.SendAsync(Encoding.ASCII.GetBytes(said));

        var line = await caller.LineAsync();

        (
            line?.StartsWith("K8SLB/2 a ", StringComparison.Ordinal) == true ? await caller.LineAsync() : line
        ).ShouldBeNull();
    }

    [Fact]
    public async Task A_proof_without_an_end_is_refused()
    {
        await using var pool = await PoolAsync();
        using var caller = await PeerCaller.ConnectAsync(pool[0]);
        await caller.SendAsync(PeerCaller.Opening(pool[0], pool.Keys![0]).Format());
        (await caller.LineAsync()).ShouldNotBeNull();
        await caller.SendAsync(new byte[PeerOpening.MaxBytes]);

        (await caller.LineAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Those_who_never_prove_anything_are_bounded_and_hold_up_nobody()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        var attacker = LoopbackAddress.Next();
        var idle = new List<PeerCaller>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                idle.Add(await PeerCaller.ConnectAsync(pool[1], attacker));
            }
            var ended = idle.ConvertAll(c => c.LineAsync());
            await Task.WhenAny(ended);
            await using var late = await RawHttp.ConnectAsync(pool[0].Http);

            (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");

            // Those beyond the bound at once, the others when their time is over.
            (await Task.WhenAll(ended)).ShouldAllBe(line => line == null);
        }
        finally
        {
            idle.ForEach(c => c.Dispose());
        }
    }

    [Theory]
    [InlineData("proves its key")]
    [InlineData("proves nothing")]
    [InlineData("hangs up")]
    public async Task Whatever_becomes_of_a_connection_it_counts_only_until_then(string what)
    {
        await using var pool = await PoolAsync();
        var address = LoopbackAddress.Next();

        // More than one address may have at a time.
        for (var i = 0; i < 300; i++)
        {
            using var caller = await PeerCaller.ConnectAsync(pool[0], address);
            switch (what)
            {
                case "proves its key":
                    (await caller.AskAsync(pool[0], pool.Keys![0])).ShouldBe("K8SLB/1 ok", $"number {i}");
                    break;
                case "proves nothing":
                    await caller.SendAsync("K8SLB/2\n"u8.ToArray());
                    (await caller.LineAsync()).ShouldBeNull();
                    break;
                default:
                    caller.HangUp();
                    (await caller.LineAsync()).ShouldBeNull();
                    break;
            }
        }

        using var last = await PeerCaller.ConnectAsync(pool[0], address);
        (await last.AskAsync(pool[0], pool.Keys![0])).ShouldBe("K8SLB/1 ok");
    }

    [Fact]
    public async Task A_member_of_before_is_let_in_by_its_credential_for_as_long_as_the_operator_says_that_there_is_one()
    {
        await using var pool = await PoolAsync(members: 2);
        var plain = PeerPreface.Format("http", pool[0].Credential.Value);

        (await PlainAsync()).ShouldBeNull("all prove a key");
        await pool.TellAllAsync((i, d) => i == 1 ? d with { ProvesKey = false } : d);
        (await PlainAsync()).ShouldBe("K8SLB/1 ok");
        await pool.TellAllAsync();
        (await PlainAsync()).ShouldBeNull("it is gone");

        async Task<string?> PlainAsync()
        {
            using var caller = await PeerCaller.ConnectAsync(pool[0]);
            await caller.SendAsync(plain);
            return await caller.LineAsync();
        }
    }
}
