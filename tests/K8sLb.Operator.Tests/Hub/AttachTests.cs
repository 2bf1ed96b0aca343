using System.Text;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Identity;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Hub;

public sealed class AttachTests
{
    [Fact]
    public async Task A_sidecar_is_welcomed_and_gets_what_it_is_to_hold()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(100, "a", "b");

        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));

        var welcome = await sidecar.ReadWelcomeAsync();
        welcome.Epoch.ShouldBe(7);
        welcome.ProtocolVersion.ShouldBe(ControlStream.ProtocolVersion);
        var snapshot = await sidecar.ReadSnapshotAsync();
        snapshot.Epoch.ShouldBe(7);
        snapshot.Version.ShouldBe(1);
        snapshot.Self.Uid.ShouldBe("uid-a");
        snapshot.Pool.Members.Select(m => m.Name).ShouldBe(["a", "b"]);
        snapshot.Pool.Policy.Drain.DeadlineMs.ShouldBe(60_000);
        hub.Member("a").Attached.ShouldBeTrue();
    }

    [Fact]
    public async Task A_refused_sidecar_is_told_why_and_when_to_come_back()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Refuse = _ => new Refusal { Reason = "not now", RetryAfterMs = 1234 };

        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));

        var refusal = await sidecar.ReadRefusalAsync();
        refusal.Reason.ShouldBe("not now");
        refusal.RetryAfterMs.ShouldBe(1234);
        (await sidecar.ReadAsync()).ShouldBeNull();
        hub.Channel.Members.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_turned_away_is_told_where_and_when_to_come()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Away = new(
            RefusalReasons.Paced,
            new Refusal
            {
                Reason = "elsewhere and later",
                RetryAfterMs = 1234,
                Leader = "https://10.0.0.5:15010",
            }
        );

        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));

        (await sidecar.ReadRefusalAsync()).ShouldBe(hub.Away.Refusal);
        (await sidecar.ReadAsync()).ShouldBeNull("the stream ends");
        hub.Channel.Members.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_ends_with_the_token_that_it_began_with()
    {
        await using var hub = await HubServer.StartAsync(authentication: new ShortLife());
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();

        (await sidecar.ReadRefusalAsync().WaitAsync(TimeSpan.FromSeconds(30))).Reason.ShouldStartWith(
            "the token ended at "
        );
        (await sidecar.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_stream_that_does_not_say_who_it_is_ends()
    {
        await using var hub = await HubServer.StartAsync(
            new HubOptions { HelloTimeout = TimeSpan.FromMilliseconds(200) }
        );

        await using var sidecar = await TestSidecar.DialAsync(hub.Address);

        (await sidecar.ReadRefusalAsync()).Reason.ShouldBe("no hello within 0.2 s");
        (await sidecar.ReadAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"report":{"connections":{},"totals":{}}}""", "the first line must be a hello")]
    [InlineData("""{"hello":{"podName":"a"}}""", "a line is no message: ")]
    [InlineData("nonsense", "a line is no message: ")]
    public async Task A_first_line_that_is_no_hello_is_refused(string line, string expected)
    {
        await using var hub = await HubServer.StartAsync();

        await using var sidecar = await TestSidecar.DialAsync(hub.Address);
        await sidecar.SendAsync(Encoding.UTF8.GetBytes(line + "\n"));

        (await sidecar.ReadRefusalAsync()).Reason.ShouldStartWith(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_without_an_end_is_not_collected_for_ever(bool tls)
    {
        await using var hub = await HubServer.StartAsync(certificate: tls ? ServerIdentity.Certificate : null);

        await using var sidecar = await TestSidecar.DialAsync(hub.Address, tls ? ServerIdentity.Trusted : null);
        await sidecar.SendAsync(new byte[ControlStream.MaxSidecarLineBytes + 1]);

        (await sidecar.ReadRefusalAsync()).Reason.ShouldBe(
            $"a line is longer than {ControlStream.MaxSidecarLineBytes} bytes"
        );
    }

    [Fact]
    public async Task A_hello_that_cannot_be_right_is_refused()
    {
        await using var hub = await HubServer.StartAsync();
        var hello = TestSidecar.Hello("a");

        await Refused(hello with { SidecarVersion = "1.0 or so" }, "sidecarVersion: must be 1 to 100 ");
        await Refused(hello with { PeerAddress = "0.0.0.0" }, "peerAddress: \"0.0.0.0\": ");
        await Refused(hello with { PeerAddress = "a.example" }, "peerAddress: \"a.example\": ");
        await Refused(hello with { PeerPort = 0 }, "peerPort: 0: ");
        await Refused(hello with { PeerCredential = "has space" }, "peerCredential: ");
        await Refused(hello with { Held = new SnapshotVersion(long.MaxValue, 1) }, "held: epoch 9223372036854775807, ");
        await Refused(hello with { ProtocolVersion = 9 }, "protocolVersion: 9: this operator speaks 1");

        async Task Refused(Hello bad, string expected)
        {
            await using var sidecar = await TestSidecar.AttachAsync(hub.Address, bad);
            (await sidecar.ReadRefusalAsync()).Reason.ShouldStartWith(expected);
        }
    }

    [Fact]
    public async Task A_silent_sidecar_is_detached()
    {
        await using var hub = await HubServer.StartAsync(
            new HubOptions { IdleTimeout = TimeSpan.FromMilliseconds(200) }
        );

        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();

        (await sidecar.ReadRefusalAsync()).Reason.ShouldBe("no line for 0.2 s");
        await Eventually.IsTrue(() => !hub.Member("a").Attached, "the member is detached");
    }

    [Fact]
    public async Task A_sidecar_that_hangs_up_is_detached()
    {
        await using var hub = await HubServer.StartAsync();
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();
        await Eventually.IsTrue(() => hub.Channel.Members.Count == 1, "the member is attached");

        sidecar.EndSending();

        (await sidecar.ReadAsync()).ShouldBeNull();
        await Eventually.IsTrue(() => !hub.Member("a").Attached, "the member is detached");
    }

    [Fact]
    public async Task A_second_stream_of_a_pod_replaces_the_first()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(100, "a");
        await using var first = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await first.ReadWelcomeAsync();
        await first.AcknowledgeAsync(await first.ReadSnapshotAsync());

        await using var second = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));

        (await first.ReadRefusalAsync()).Reason.ShouldBe("replaced by a newer stream of the same pod");
        await second.ReadWelcomeAsync();
        (await second.ReadSnapshotAsync()).Version.ShouldBe(1);
        hub.Member("a").Attached.ShouldBeTrue();
    }

    [Fact]
    public async Task Streams_of_a_closed_pool_end()
    {
        await using var hub = await HubServer.StartAsync();
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();

        hub.Channel.Close("this pool is not served here any more");

        (await sidecar.ReadRefusalAsync()).Reason.ShouldBe("this pool is not served here any more");
        (await sidecar.ReadAsync()).ShouldBeNull();
    }

    private sealed class ShortLife : ISidecarAuthentication
    {
        public ValueTask<IdentityVerdict> CheckAsync(
            string? authorization,
            Hello hello,
            CancellationToken cancellationToken
        ) => ValueTask.FromResult(new IdentityVerdict(null, DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(200)));
    }
}
