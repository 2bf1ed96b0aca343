using System.Text.Json;
using System.Text.Json.Nodes;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace K8sLb.Sidecar.Tests;

public sealed class ControlStreamTests
{
    [Fact]
    public async Task A_member_says_who_it_is_and_acknowledges_what_it_is_given()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();

        stream.Protocol.ShouldBe("HTTP/2");
        stream.Hello.PodUid.ShouldBe("uid-m0");
        stream.Hello.PodName.ShouldBe("m0");
        stream.Hello.PodNamespace.ShouldBe("test");
        stream.Hello.PeerAddress.ShouldBe(member.Address.ToString());
        stream.Hello.PeerPort.ShouldBe(TestMember.PeerPort);
        stream.Hello.PeerCredential.ShouldBe(member.Credential.Value);
        stream.Hello.Held.ShouldBeNull();
        await stream.WelcomeAsync();
        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 7, [member.Directive()]) });

        var ack = (await stream.AnswerAsync()).Ack.ShouldNotBeNull();

        ack.Nonce.ShouldBe("nonce-7");
        ack.Version.ShouldBe(new(1, 7));
        await using var client = await RawHttp.ConnectAsync(member.Http);
        (await client.RequestAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task When_the_work_of_its_pod_is_done_a_sidecar_ends_itself()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await WorkingAsync(fake, member);
        var ending = member.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        ending.IsCancellationRequested.ShouldBeFalse();

        await stream.SendAsync(new() { Snapshot = WorkDone(member) });

        (await stream.AnswerAsync()).Ack.ShouldNotBeNull().Nonce.ShouldBe("done");
        await Eventually.IsTrue(() => ending.IsCancellationRequested, "the process ends");
    }

    [Fact]
    public async Task A_sidecar_whose_pod_has_done_its_work_drains_before_it_ends_itself()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await WorkingAsync(fake, member);
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");
        var ending = member.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        await stream.SendAsync(new() { Snapshot = WorkDone(member) });

        await Eventually.IsTrue(
            () => member.Drain.Current is { IsReleasing: true } || ending.IsCancellationRequested,
            "it drains"
        );
        ending.IsCancellationRequested.ShouldBeFalse();
        member.App.Gate.SetResult();
        (await client.ReadAsync()).Status.ShouldBe(200);
        await Eventually.IsTrue(() => ending.IsCancellationRequested, "the process ends");
        member.Drain.Current.ShouldNotBeNull().IsOver.ShouldBeTrue();
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_used_is_refused_by_name_and_the_last_good_one_stays()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();
        var good = TestSnapshots.For("uid-m0", 7, [member.Directive()]);
        await stream.SendAsync(new() { Snapshot = good });
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();

        var policy = TestSnapshots.Policy();
        await stream.SendAsync(
            new()
            {
                Snapshot = good with
                {
                    Nonce = "bad",
                    Version = 8,
                    Pool = good.Pool with { Policy = policy with { Ports = [policy.Ports[0] with { Port = 70000 }] } },
                },
            }
        );
        var nack = (await stream.AnswerAsync()).Nack.ShouldNotBeNull();

        nack.Nonce.ShouldBe("bad");
        nack.Error.ShouldBe("pool.policy.ports[0].port is 70000: it must be from 1 to 65535");
        (await stream.ReportAsync(_ => true)).InForce.ShouldBe(new(1, 7));
        await using var client = await RawHttp.ConnectAsync(member.Http);
        (await client.RequestAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task What_a_later_operator_says_beside_what_is_known_is_ignored()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();
        var snapshot = JsonSerializer.SerializeToNode(
            new OperatorMessage { Snapshot = TestSnapshots.For("uid-m0", 7, [member.Directive()]) },
            ProtocolJson.Default.OperatorMessage
        )!;
        snapshot["snapshot"]!["self"]!["ofLater"] = 1;
        snapshot["snapshot"]!["pool"]!["policy"]!["ofLater"] = new JsonObject { ["any"] = 1 };

        await stream.SendLineAsync("{\"kindOfLater\":{\"any\":1}}");
        await stream.SendLineAsync(snapshot.ToJsonString());

        (await stream.AnswerAsync()).Ack.ShouldNotBeNull().Version.ShouldBe(new(1, 7));
    }

    [Fact]
    public async Task A_line_that_is_no_message_is_refused_with_its_nonce_where_it_has_one()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();

        await stream.SendLineAsync("""{"snapshot":{"nonce":"n1","epoch":1,"version":2}}""");
        var incomplete = (await stream.AnswerAsync()).Nack.ShouldNotBeNull();
        await stream.SendLineAsync("no json");
        var garbage = (await stream.AnswerAsync()).Nack.ShouldNotBeNull();

        incomplete.Nonce.ShouldBe("n1");
        incomplete.Error.ShouldContain("sentAt");
        garbage.Nonce.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_line_without_end_ends_the_stream_and_the_member_dials_again()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();

        var piece = new string(' ', 256 * 1024);
        // It ends while the line is still on its way, or right after.
        await Record.ExceptionAsync(async () =>
        {
            for (var sent = 0; sent <= ControlStream.MaxLineBytes; sent += piece.Length)
            {
                await stream.SendTextAsync(piece);
            }
        });

        (await fake.NextAsync()).Hello.PodUid.ShouldBe("uid-m0");
    }

    [Fact]
    public async Task A_drain_is_reported_as_it_goes()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();
        await stream.WelcomeAsync();
        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 1, [member.Directive()]) });
        (await stream.ReportAsync(r => r.InForce is not null)).EffectiveWeight.ShouldBe(100);
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");

        var drain = TestSnapshots.Drain(TimeSpan.FromSeconds(60), TimeSpan.Zero);
        await stream.SendAsync(
            new() { Snapshot = TestSnapshots.For("uid-m0", 2, [member.Directive(weight: 0)], drain: drain) }
        );
        var going = await stream.ReportAsync(r => r.Drain is { Progress: DrainProgress.Releasing });
        member.App.Gate.SetResult();
        var gone = await stream.ReportAsync(r => r.Drain is { Progress: DrainProgress.Released });

        going.InFlight.ShouldBe(1);
        going.Connections.Http1.ShouldBe(1);
        going.Drain!.Id.ShouldBe(drain.Id);
        going.Drain.Initial.ShouldBe(1);
        going.Drain.Remaining.ShouldBe(1);
        gone.Drain!.Remaining.ShouldBe(0);
        gone.Drain.Released.ShouldBe(1);
    }

    [Fact]
    public async Task An_operator_that_is_gone_costs_nothing_and_is_found_again()
    {
        var at = LoopbackAddress.Next();
        var first = await FakeOperator.StartAsync(at);
        await using var member = await TestMember.StartAsync("m0", first.Url);
        var stream = await first.NextAsync();
        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 5, [member.Directive()]) });
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();

        await first.DisposeAsync();
        await using (var client = await RawHttp.ConnectAsync(member.Http))
        {
            (await client.RequestAsync("/")).Status.ShouldBe(200);
        }
        await using var second = await FakeOperator.StartAsync(at);

        var again = await second.NextAsync();
        again.Hello.Held.ShouldBe(new(1, 5));
        again.Hello.Instance.ShouldBe(stream.Hello.Instance);
    }

    [Fact]
    public async Task A_refused_stream_is_dialled_again_on_a_connection_of_its_own()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();

        await stream.SendAsync(
            new()
            {
                Refusal = new() { Reason = "not the leader", RetryAfterMs = 50 },
            }
        );

        (await fake.NextAsync()).Hello.PodUid.ShouldBe("uid-m0");
        fake.Connections.ShouldBe(2, "behind a Service, another connection can lead to another replica");
    }

    [Fact]
    public async Task A_drain_under_way_is_told_to_a_new_operator()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();
        await stream.SendAsync(
            new()
            {
                Snapshot = TestSnapshots.For(
                    "uid-m0",
                    1,
                    [member.Directive()],
                    TestSnapshots.NeverQuiet(TestSnapshots.Policy())
                ),
            }
        );
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        var state = member.Drain.Begin(DrainReason.PreStop);
        stream.End();

        var hello = (await fake.NextAsync()).Hello;

        hello.Drain.ShouldNotBeNull().Id.ShouldBe(state.Id);
        hello.Drain.Reason.ShouldBe(DrainReason.PreStop);
    }

    private static async Task<FakeStream> WorkingAsync(FakeOperator fake, TestMember member)
    {
        var stream = await fake.NextAsync();
        await stream.WelcomeAsync();
        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 7, [member.Directive()]) });
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        return stream;
    }

    private static MemberSnapshot WorkDone(TestMember member)
    {
        var working = TestSnapshots.For("uid-m0", 8, [member.Directive()]);
        return working with { Nonce = "done", Self = working.Self with { WorkDone = true } };
    }
}
