using System.Collections.Concurrent;
using System.Net.Sockets;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Loop.Epoll;
using K8sLb.Sidecar.Relay.Loop.Portable;
using static K8sLb.Relay.Tests.Loop.Sockets;

namespace K8sLb.Relay.Tests.Loop;

public sealed class EpollEventLoopTests : EventLoopTests
{
    internal override ISocketPoller CreatePoller() => new EpollPoller();
}

public sealed class SelectEventLoopTests : EventLoopTests
{
    internal override ISocketPoller CreatePoller() => new SelectPoller();
}

/// <summary>What a loop promises, whatever it gets its sockets from.</summary>
public abstract class EventLoopTests
{
    internal abstract ISocketPoller CreatePoller();

    [Fact]
    public async Task Many_connections_share_the_thread()
    {
        using var fixture = new LoopFixture(CreatePoller(), Echo);
        var clients = Enumerable.Range(0, 200).Select(_ => fixture.Dial()).ToList();
        for (var round = 0; round < 3; round++)
        {
            foreach (var client in clients)
            {
                await client.SendAsync("hello"u8.ToArray());
            }
            foreach (var client in clients)
            {
                (await Read(client, 5)).ShouldBe("hello");
            }
        }
        fixture.Loop.Load.ShouldBe(200);
        clients.ForEach(client => client.Dispose());
        await Eventually.IsTrue(() => fixture.Loop.Load == 0, "closed connections leave the loop");
        fixture.Failures.ShouldBeEmpty();
    }

    /// <summary>A timer that is set from an older time is due at once: a connection would time out before it is tried.</summary>
    [Fact]
    public async Task An_event_is_told_at_its_own_time_however_long_nothing_happened_before()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var (client, channel) = await fixture.ConnectAsync();
        var toldAt = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var quietSince = fixture.Run(() =>
        {
            channel.Owner = new Callback(ready =>
            {
                if (ready.Fill() == ReadStatus.Data)
                {
                    ready.Consume(ready.Input.Length);
                    toldAt.TrySetResult(fixture.Loop.NowMs);
                }
            });
            return fixture.Loop.NowMs;
        });
        await Eventually.IsTrue(() => Environment.TickCount64 > quietSince + 50, "some time has passed");
        var sentAt = Environment.TickCount64;
        await client.SendAsync("late"u8.ToArray());
        (await toldAt.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeGreaterThanOrEqualTo(sentAt);
    }

    [Fact]
    public async Task An_event_for_a_channel_closed_in_the_same_round_is_dropped()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var pairs = new List<(Socket Client, Channel Channel)>();
        for (var i = 0; i < 50; i++)
        {
            pairs.Add(await fixture.ConnectAsync());
        }
        var served = 0;
        fixture.Run(() =>
        {
            foreach (var (_, channel) in pairs)
            {
                channel.Owner = new Callback(ready =>
                {
                    if (ready.IsReadable && ready.Fill() == ReadStatus.Data)
                    {
                        served++;
                        // Everybody else, and their descriptors' numbers go to new connections at once.
                        pairs.ForEach(pair => pair.Channel.Close());
                        fixture.Loop.Connect(fixture.EndPoint, new Callback(_ => { }));
                    }
                });
            }
            // All are readable when the loop looks next.
            pairs.ForEach(pair => pair.Client.Send([1]));
        });
        await Eventually.IsTrue(() => fixture.Run(() => served) > 0, "one is served");
        fixture.Run(() => served).ShouldBe(1);
        fixture.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deferred_channel_has_its_turn_after_the_others()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var (_, channel) = await fixture.ConnectAsync();
        var turns = new ConcurrentQueue<int>();
        fixture.Run(() =>
        {
            channel.Owner = new Callback(ready =>
            {
                turns.Enqueue(turns.Count);
                if (turns.Count < 5)
                {
                    fixture.Loop.Defer(ready);
                    fixture.Loop.Defer(ready);
                }
            });
            fixture.Loop.Defer(channel);
            turns.ShouldBeEmpty();
        });
        await Eventually.IsTrue(() => turns.Count == 5, "five turns, one for each round");
    }

    [Fact]
    public async Task An_owner_that_throws_loses_its_channel_alone()
    {
        using var fixture = new LoopFixture(CreatePoller(), Echo);
        var (bad, channel) = await fixture.ConnectAsync();
        using var good = fixture.Dial();
        fixture.Run(() => channel.Owner = new Callback(_ => throw new InvalidOperationException("bad owner")));
        await bad.SendAsync(new byte[1]);
        // With a byte unread it is a reset.
        await Should.ThrowAsync<SocketException>(async () => await bad.ReceiveAsync(new byte[1]));
        await good.SendAsync("hello"u8.ToArray());
        (await Read(good, 5)).ShouldBe("hello");
        fixture.Failures.Single().Message.ShouldBe("bad owner");
    }

    [Fact]
    public async Task Timers_fire_on_the_loop()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var fired = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var set = fixture.Run(() =>
        {
            fixture.Loop.Timers.Set(
                new LoopTimer(new Callback(_ => fired.TrySetResult(fixture.Loop.NowMs))),
                fixture.Loop.NowMs,
                100
            );
            return fixture.Loop.NowMs;
        });
        (await fired.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeGreaterThanOrEqualTo(set + 100);
    }

    [Fact]
    public void Posting_to_a_loop_that_has_ended_does_nothing()
    {
        var fixture = new LoopFixture(CreatePoller());
        fixture.Dispose();
        fixture.Loop.Post(_ => throw new InvalidOperationException("it runs"), null);
        fixture.Failures.ShouldBeEmpty();
    }
}
