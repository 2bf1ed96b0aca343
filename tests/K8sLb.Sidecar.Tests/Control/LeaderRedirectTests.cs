using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Control;

/// <summary>Replicas that do not lead, and what a sidecar makes of their word.</summary>
public sealed class LeaderRedirectTests
{
    [Fact]
    public async Task A_member_goes_to_the_leader_that_another_replica_names()
    {
        await using var follower = await FakeOperator.StartAsync();
        await using var leader = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", follower.Url);

        await RefuseAsync(await follower.NextAsync(), leader.Url.ToString());

        var stream = await leader.NextAsync();
        stream.Hello.PodUid.ShouldBe("uid-m0");
        await stream.WelcomeAsync();
        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 7, [member.Directive()]) });
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        follower.Requests.ShouldBe(1);

        stream.End();
        (await follower.NextAsync()).Hello.Held.ShouldBe(new(1, 7));
        leader.Requests.ShouldBe(1, "a stream that has ended begins at the Service again");
    }

    [Fact]
    public async Task A_false_address_costs_one_try_and_the_Service_is_asked_again()
    {
        await using var follower = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", follower.Url);

        await RefuseAsync(await follower.NextAsync(), $"http://{LoopbackAddress.Next()}:15010");
        var again = await follower.NextAsync();
        await again.WelcomeAsync();
        await again.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 7, [member.Directive()]) });

        (await again.AnswerAsync()).Ack.ShouldNotBeNull();
    }

    [Fact]
    public async Task Two_that_name_each_other_are_not_asked_in_a_circle()
    {
        await using var one = await FakeOperator.StartAsync();
        await using var other = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", one.Url);

        for (var round = 0; round < 4; round++)
        {
            await RefuseAsync(await one.NextAsync(), other.Url.ToString());
            await RefuseAsync(await other.NextAsync(), one.Url.ToString());
        }

        // Every second dial is at the Service, after a pause that grows; what the other one named was not followed.
        await Eventually.IsTrue(() => one.Requests == 5, "it begins at the Service again");
        other.Requests.ShouldBe(4);
    }

    private static async Task RefuseAsync(FakeStream stream, string leader)
    {
        await stream.SendAsync(
            new()
            {
                Refusal = new()
                {
                    Reason = "this replica does not lead",
                    RetryAfterMs = 50,
                    Leader = leader,
                },
            }
        );
        stream.End();
    }
}
