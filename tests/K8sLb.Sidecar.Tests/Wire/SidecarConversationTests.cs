using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Wire;

/// <summary>Every kind of line that a sidecar says, for those that will have to understand it later.</summary>
public sealed class SidecarConversationTests
{
    [Fact]
    public async Task From_hello_to_the_end_of_a_drain()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();
        await stream.WelcomeAsync();
        var taken = TestSnapshots.For("uid-m0", 7, [member.Directive()]);
        await stream.SendAsync(new() { Snapshot = taken });
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        await stream.SendAsync(
            new()
            {
                Snapshot = taken with
                {
                    Nonce = "refused",
                    Self = new() { Uid = "" },
                },
            }
        );
        (await stream.AnswerAsync()).Nack.ShouldNotBeNull();
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");
        await stream.ReportAsync(r => r is { InForce: not null, InFlight: 1 });

        var drain = TestSnapshots.Drain(TimeSpan.FromSeconds(60), TimeSpan.Zero);
        await stream.SendAsync(
            new() { Snapshot = TestSnapshots.For("uid-m0", 8, [member.Directive(weight: 0)], drain: drain) }
        );
        await stream.ReportAsync(r => r.Drain is { Progress: DrainProgress.Releasing });
        stream.End();
        var again = await fake.NextAsync();
        again.Hello.Held.ShouldBe(new(1, 8));
        again.Hello.Drain.ShouldNotBeNull();
        member.App.Gate.SetResult();
        await again.ReportAsync(r => r.Drain is { Progress: DrainProgress.Released });

        RecordedWire.Keep(RecordedWire.Sidecar, [.. stream.Lines, .. again.Lines]);
    }
}
