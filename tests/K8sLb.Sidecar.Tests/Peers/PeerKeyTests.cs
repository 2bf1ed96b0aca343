using System.Net;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class PeerKeyThroughRelayTests() : PeerKeyTests(PortMode.Relay);

public sealed class PeerKeyThroughProxyTests() : PeerKeyTests(PortMode.Proxy);

/// <summary>Members that prove a key of their pool to each other, and those who would like to be taken for one.</summary>
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
    public async Task No_secret_crosses_the_wire_and_what_was_recorded_is_of_no_use()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await using var wire = new RecordingWire(pool[1].Address);
        await pool.TellAllAsync((i, d) => i == 1 ? d with { PeerAddress = wire.Address.ToString() } : d);
        await pool.TellAsync(0, (i, d) => Toward(i, d, wire.Address), Leaves());
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
        await pool.TellAsync(0, (i, d) => Toward(i, d, impostor.Address), Leaves());
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

    [Fact]
    public async Task Members_of_before_and_of_now_hand_work_to_each_other()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await using var wire = new RecordingWire(pool[1].Address);
        await pool.TellAsync(1, (i, d) => i == 1 ? d with { ProvesKey = false } : d);
        await pool.TellAsync(0, (i, d) => Toward(i, d, wire.Address) with { ProvesKey = i == 0 }, Leaves());
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");

        Encoding.Latin1.GetString(wire.There).ShouldStartWith("K8SLB/1 http ");
    }

    [Fact]
    public async Task A_key_that_was_replaced_counts_until_its_end()
    {
        await using var pool = await PoolAsync();
        var (late, over) = (pool.Keys![0], TestSnapshots.Key("over", ends: TimeSpan.Zero));
        pool.Keys = [over, late];
        await pool.TellAllAsync();
        pool.Keys = [TestSnapshots.Key("new")];
        await pool.TellAllAsync();

        (await AskAsync(late)).ShouldBe("K8SLB/1 ok");
        (await AskAsync(over)).ShouldBeNull();

        async Task<string?> AskAsync(PeerKey key)
        {
            using var caller = await PeerCaller.ConnectAsync(pool[0]);
            return await caller.AskAsync(pool[0], key);
        }
    }

    [Fact]
    public async Task While_the_operator_is_away_for_longer_than_keys_live_members_go_on_with_what_they_have()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        pool.Keys = [pool.Keys![0] with { GoodUntil = DateTimeOffset.UtcNow - TimeSpan.FromHours(1) }];
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");
    }

    [Fact]
    public async Task Keys_are_replaced_under_traffic_without_a_request_that_fails_or_stays()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        using var stop = new CancellationTokenSource();
        var served = 0;
        var traffic = Enumerable.Range(0, 4).Select(_ => Task.Run(SendAsync)).ToArray();

        for (var round = 0; round < 12; round++)
        {
            // As of a new leader: one that nobody has, and none of those before.
            pool.Keys = [TestSnapshots.Key($"round{round}")];
            // First the one, then the other; between the two there is traffic.
            await pool.TellAsync(round % 2, AwayFromFirst, round % 2 == 0 ? Leaves() : null);
            await MoreAsync();
            await pool.TellAsync(1 - (round % 2), AwayFromFirst, round % 2 == 0 ? null : Leaves());
            await MoreAsync();
        }
        await stop.CancelAsync();
        await Task.WhenAll(traffic);

        served.ShouldBe(pool[1].App.Served);

        async Task SendAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await using var late = await RawHttp.ConnectAsync(pool[0].Http);
                var response = await late.RequestAsync("/");
                response.Status.ShouldBe(200);
                response.ServedBy.ShouldBe("m1");
                Interlocked.Increment(ref served);
            }
        }

        async Task MoreAsync()
        {
            var before = Volatile.Read(ref served);
            await Eventually.IsTrue(
                () => Volatile.Read(ref served) >= before + 8 || traffic.Any(t => t.IsFaulted),
                "requests were served"
            );
        }
    }

    private static DrainDirective Leaves() => TestSnapshots.Drain(TimeSpan.FromMinutes(10), TimeSpan.Zero);

    private static MemberDirective AwayFromFirst(int which, MemberDirective directive) =>
        which == 0 ? directive with { Availability = MemberAvailability.Unavailable, Weight = 0 } : directive;

    /// <summary>The first leaves; the second is at this address, as the first sees it.</summary>
    private static MemberDirective Toward(int which, MemberDirective directive, IPAddress second) =>
        which == 1 ? directive with { PeerAddress = second.ToString() } : AwayFromFirst(which, directive);
}
