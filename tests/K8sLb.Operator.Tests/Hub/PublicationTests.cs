using K8sLb.Operator.Hub;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Hub;

public sealed class PublicationTests
{
    private static readonly MemberReport Quiet = new()
    {
        Connections = new ConnectionCounts(),
        Totals = new ConnectionTotals(),
    };

    [Fact]
    public async Task The_version_goes_up_only_when_the_content_changed()
    {
        await using var hub = await HubServer.StartAsync(lastVersion: 41);

        hub.Publish(100, "a").ShouldBe(42);
        hub.Publish(100, "a").ShouldBe(42);
        hub.Publish(50, "a").ShouldBe(43);
        hub.Publish(50, "a", "b").ShouldBe(44);
        hub.Channel.Current!.Version.ShouldBe(44);
    }

    [Fact]
    public async Task A_drain_of_one_member_alone_is_a_change()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(100, "a").ShouldBe(1);
        var self = new SelfDirective
        {
            Uid = "uid-a",
            Drain = new DrainDirective
            {
                Id = "d",
                Reason = DrainReason.Requested,
                StartedAt = DateTimeOffset.UnixEpoch,
                RampDownEndsAt = DateTimeOffset.UnixEpoch,
                Deadline = DateTimeOffset.UnixEpoch,
            },
        };

        hub.Channel.Publish(HubServer.Pool(100, "a"), new Dictionary<string, SelfDirective> { ["uid-a"] = self })
            .ShouldBe(2);
        hub.Channel.Publish(
                HubServer.Pool(100, "a"),
                new Dictionary<string, SelfDirective> { ["uid-a"] = self with { } }
            )
            .ShouldBe(2);
    }

    [Fact]
    public async Task The_pool_is_serialised_once_for_all_members()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(100, "a", "b");
        var before = hub.Channel.Current!.Pool;

        hub.Publish(100, "a", "b");

        hub.Channel.Current!.Pool.Equals(before).ShouldBeTrue("the same bytes, not equal ones");
    }

    [Fact]
    public async Task A_member_gets_the_newest_version_next_and_never_a_queue()
    {
        await using var hub = await HubServer.StartAsync(new HubOptions { AnswerTimeout = TimeSpan.FromMinutes(1) });
        hub.Publish(1, "a", "quick");
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();
        var first = await sidecar.ReadSnapshotAsync();
        await using var quick = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("quick"));
        await quick.ReadWelcomeAsync();
        await quick.AcknowledgeAsync(await quick.ReadSnapshotAsync());

        // The quick one gets every version, so there was time to send each of them to the other one as well.
        for (var weight = 2; weight <= 20; weight++)
        {
            hub.Publish(weight, "a", "quick");
            await quick.AcknowledgeAsync(await quick.ReadSnapshotAsync());
        }
        await sidecar.AcknowledgeAsync(first);

        var next = await sidecar.ReadSnapshotAsync();
        next.Version.ShouldBe(20);
        next.Pool.Members[0].Weight.ShouldBe(20);
        next.Nonce.ShouldNotBe(first.Nonce);
    }

    [Fact]
    public async Task A_sidecar_that_does_not_answer_gets_newer_versions_all_the_same()
    {
        await using var hub = await HubServer.StartAsync(
            new HubOptions { AnswerTimeout = TimeSpan.FromMilliseconds(50) }
        );
        hub.Publish(1, "a");
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();
        await sidecar.ReadSnapshotAsync();

        hub.Publish(2, "a");

        (await sidecar.ReadSnapshotAsync()).Version.ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sidecar_that_does_not_read_is_cut_off_and_disturbs_nobody(bool tls)
    {
        var credentials = tls ? ServerIdentity.Trusted : null;
        // The test's own time passes only when the quick sidecar has taken what it was sent, however slow the machine is.
        var time = new ManualTime();
        var begun = time.GetUtcNow();
        var options = new HubOptions { IdleTimeout = TimeSpan.FromHours(1) };
        await using var hub = await HubServer.StartAsync(
            options,
            certificate: tls ? ServerIdentity.Certificate : null,
            time: time
        );
        var crowd = Enumerable.Range(0, 5000).Select(i => $"pod-{i}").Append("slow").Append("quick").ToArray();
        hub.Publish(1, crowd);
        await using var slow = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("slow"), credentials);
        await using var quick = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("quick"), credentials);
        await quick.ReadWelcomeAsync();

        // Each snapshot is about 700 kB, and the slow sidecar takes none of them.
        for (var weight = 2; hub.Channel.Members.Any(m => m.Hello.PodName == "slow" && m.Attached); weight++)
        {
            await quick.AcknowledgeAsync(await quick.ReadSnapshotAsync());
            hub.Publish(weight, crowd);
            time.Advance(options.AnswerTimeout);
        }

        (time.GetUtcNow() - begun).ShouldBeGreaterThanOrEqualTo(options.WriteTimeout);
        hub.Member("quick").Attached.ShouldBeTrue();
    }

    [Fact]
    public async Task Acknowledgements_are_counted_for_the_version_they_answer()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(1, "a");
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();
        var snapshot = await sidecar.ReadSnapshotAsync();
        hub.Member("a").AcknowledgedVersion.ShouldBeNull();

        await sidecar.SendAsync(
            new SidecarMessage
            {
                Ack = new SnapshotAck { Nonce = "of another stream", Version = new(7, 1) },
            }
        );
        await sidecar.SendAsync(new SidecarMessage { Report = Quiet });
        await Eventually.IsTrue(() => hub.Member("a").Report is not null, "both lines were read");
        hub.Member("a").AcknowledgedVersion.ShouldBeNull();

        await sidecar.AcknowledgeAsync(snapshot);
        await Eventually.IsTrue(() => hub.Member("a").AcknowledgedVersion == 1, "version 1 is acknowledged");
    }

    [Fact]
    public async Task A_refused_version_is_remembered_until_a_later_one_is_accepted()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(1, "a");
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();
        var bad = await sidecar.ReadSnapshotAsync();

        await sidecar.SendAsync(
            new SidecarMessage
            {
                Nack = new SnapshotNack { Nonce = bad.Nonce, Error = "ports[0].port: 80: taken" },
            }
        );

        await Eventually.IsTrue(() => hub.Member("a").Refused is not null, "the refusal is known");
        hub.Member("a").Refused.ShouldBe(new RefusedSnapshot(1, "ports[0].port: 80: taken"));
        hub.Member("a").AcknowledgedVersion.ShouldBeNull();

        hub.Publish(2, "a");
        await sidecar.AcknowledgeAsync(await sidecar.ReadSnapshotAsync());
        await Eventually.IsTrue(() => hub.Member("a").AcknowledgedVersion == 2, "version 2 is acknowledged");
        hub.Member("a").Refused.ShouldBeNull();
    }

    [Fact]
    public async Task Versions_go_on_above_what_a_member_holds_of_this_epoch()
    {
        await using var hub = await HubServer.StartAsync(lastVersion: 3);
        hub.Publish(1, "a").ShouldBe(4);

        var hello = TestSidecar.Hello("a") with { Held = new SnapshotVersion(7, 90) };
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, hello);
        await sidecar.ReadWelcomeAsync();
        await Eventually.IsTrue(() => hub.Channel.Members.Count == 1, "the member is attached");

        hub.Publish(1, "a").ShouldBe(91);
    }

    [Fact]
    public async Task What_is_published_is_newer_than_what_a_member_holds_also_after_fencing_numbers_began_anew()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(1, "a");

        var hello = TestSidecar.Hello("a") with { Held = new SnapshotVersion(90, 5) };
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, hello);
        await Eventually.IsTrue(() => hub.Channel.Members.Count == 1, "the member is attached");
        hub.Publish(1, "a");

        hub.Channel.Current!.Epoch.ShouldBe(91);
    }

    [Fact]
    public async Task The_start_and_the_steps_of_a_drain_are_news()
    {
        await using var hub = await HubServer.StartAsync();
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await sidecar.ReadWelcomeAsync();
        await Eventually.IsTrue(() => hub.PresenceChanges == 1, "the attach is news");
        var drain = new DrainReport
        {
            Id = "own",
            Reason = DrainReason.PreStop,
            StartedAt = DateTimeOffset.UnixEpoch,
            Deadline = DateTimeOffset.UnixEpoch,
            Progress = DrainProgress.RampDown,
        };

        await sidecar.SendAsync(new SidecarMessage { Report = Quiet });
        await sidecar.SendAsync(new SidecarMessage { Report = Quiet with { Drain = drain } });
        await Eventually.IsTrue(() => hub.PresenceChanges == 2, "a drain is news");

        await sidecar.SendAsync(new SidecarMessage { Report = Quiet with { Drain = drain with { Remaining = 3 } } });
        var released = drain with { Progress = DrainProgress.Released };
        await sidecar.SendAsync(new SidecarMessage { Report = Quiet with { Drain = released } });
        await Eventually.IsTrue(() => hub.Member("a").Drain?.Progress == DrainProgress.Released, "all was read");
        hub.PresenceChanges.ShouldBe(3);
    }
}
