using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Sessions;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Sessions;

public sealed class LiveSessionsTests
{
    private readonly ManualTime clock = new();

    [Fact]
    public void A_session_counts_once_for_a_minute_after_its_last_request()
    {
        var live = new LiveSessions(clock);
        live.Note(Token(1));
        live.Note(Token(2));
        live.Note(Token(1));
        live.Count.ShouldBe(2);

        clock.Advance(TimeSpan.FromSeconds(40));
        live.Note(Token(1));
        live.Count.ShouldBe(2);
        clock.Advance(TimeSpan.FromSeconds(40));
        live.Count.ShouldBe(1);
    }

    [Fact]
    public void One_that_has_moved_on_does_not_count()
    {
        var live = new LiveSessions(clock);
        live.Note(Token(1));
        live.Note(Token(2));

        live.Forget(Token(1));

        live.Count.ShouldBe(1);
    }

    [Fact]
    public void Of_those_that_rested_the_room_is_used_again_and_memory_is_bounded()
    {
        var live = new LiveSessions(clock);
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 10_000; i++)
            {
                live.Note(Token((round * 10_000) + i));
            }
            live.Count.ShouldBeInRange(9_950, 10_000);
            clock.Advance(TimeSpan.FromSeconds(61));
        }
        for (var i = 0; i < 200_000; i++)
        {
            live.Note(Token(i));
        }
        live.Count.ShouldBeLessThanOrEqualTo(32 * 1024);
    }

    [Fact]
    public void The_oldest_are_told_by_their_start()
    {
        var live = new LiveSessions(clock);
        for (var i = 1; i <= 10; i++)
        {
            live.Note(Token(i, age: TimeSpan.FromSeconds(i)));
        }

        live.StartOfOldest(3).ShouldBe(clock.GetUtcNow() - TimeSpan.FromSeconds(8));
        live.StartOfOldest(0).ShouldBeNull();
        live.StartOfOldest(100).ShouldBe(clock.GetUtcNow() - TimeSpan.FromSeconds(1));
    }

    private SessionToken Token(int number, TimeSpan age = default) =>
        new(RendezvousHash.Of($"session {number}"), 1, clock.GetUtcNow() - age);
}
