using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Loop.Epoll;
using K8sLb.Sidecar.Relay.Loop.Portable;

namespace K8sLb.Relay.Tests.Loop;

public sealed class EpollLoopTests : EventLoopTests
{
    internal override ISocketPoller CreatePoller() => new EpollPoller();

    [Fact]
    public async Task Bytes_are_spliced_from_socket_to_socket()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var (source, from) = await fixture.ConnectAsync();
        var (sink, to) = await fixture.ConnectAsync();
        var sent = RandomNumberGenerator.GetBytes(8_000_000);
        SplicePipe? pipe = null;
        var spliced = 0L;
        fixture.Run(() =>
        {
            var move = new Callback(_ =>
            {
                while (to.IsWritable && from.TrySplice(to, ref pipe, long.MaxValue, out var moved, out var status))
                {
                    spliced += moved;
                    if (status is not ReadStatus.Data)
                    {
                        break;
                    }
                }
                if (from.HasEnded && pipe is null)
                {
                    to.End();
                }
            });
            (from.Owner, to.Owner) = (move, move);
        });
        var received = Drain(sink);
        await source.SendAsync(sent);
        source.Shutdown(SocketShutdown.Send);
        (await received).ShouldBe(sent);
        fixture.Run(() => spliced).ShouldBe(sent.Length);
        fixture.Failures.ShouldBeEmpty();
    }
}

public sealed class SelectLoopTests : EventLoopTests
{
    internal override ISocketPoller CreatePoller() => new SelectPoller();
}

/// <summary>What a loop promises, whatever it gets its sockets from.</summary>
public abstract class EventLoopTests
{
    internal abstract ISocketPoller CreatePoller();

    [Fact]
    public async Task Bytes_and_both_half_closes_come_through()
    {
        using var fixture = new LoopFixture(CreatePoller(), Echo);
        using var client = fixture.Dial();
        var sent = RandomNumberGenerator.GetBytes(5_000_000);
        var received = Drain(client);
        await client.SendAsync(sent);
        client.Shutdown(SocketShutdown.Send);
        (await received).ShouldBe(sent);
        fixture.Failures.ShouldBeEmpty();
    }

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

    [Fact]
    public async Task What_a_slow_peer_does_not_take_is_kept_and_sent_later()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var (client, channel) = await fixture.ConnectAsync();
        var sent = RandomNumberGenerator.GetBytes(20_000_000);
        fixture.Run(() =>
        {
            channel.Send(sent.AsSpan(0, 10_000_000));
            channel.HasBacklog.ShouldBeTrue();
            channel.Send(sent.AsSpan(10_000_000));
            channel.End();
        });
        (await Drain(client)).ShouldBe(sent);
        fixture.Run(() => channel.HasBacklog).ShouldBeFalse();
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
    public async Task Unread_input_is_parked_and_grows()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var (client, channel) = await fixture.ConnectAsync();
        var seen = new ConcurrentQueue<string>();
        fixture.Run(() =>
            channel.Owner = new Callback(ready =>
            {
                while (ready.Fill() == ReadStatus.Data) { }
                seen.Enqueue(Encoding.ASCII.GetString(ready.Input));
                ready.Park();
            })
        );
        foreach (var part in new[] { "ab", "cd", "ef" })
        {
            var before = seen.Count;
            await client.SendAsync(Encoding.ASCII.GetBytes(part));
            await Eventually.IsTrue(() => seen.Count > before, part);
        }
        seen.Last().ShouldBe("abcdef");
        fixture.Run(() =>
        {
            channel.Consume(4);
            Encoding.ASCII.GetString(channel.Input).ShouldBe("ef");
            channel.Consume(2);
            channel.HasInput.ShouldBeFalse();
        });
    }

    [Fact]
    public async Task A_reset_is_told_also_to_those_who_do_not_read()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var (client, channel) = await fixture.ConnectAsync();
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Run(() =>
            channel.Owner = new Callback(ready =>
            {
                if (ready.IsBroken)
                {
                    broken.TrySetResult();
                }
            })
        );
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        await broken.Task.WaitAsync(TimeSpan.FromSeconds(30));
        fixture.Run(() => channel.Fill()).ShouldBe(ReadStatus.Failed);
    }

    [Fact]
    public async Task Reset_ends_with_RST_and_close_with_FIN()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var (client, channel) = await fixture.ConnectAsync();
        fixture.Run(channel.Reset);
        await Should.ThrowAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1]));
        var (second, other) = await fixture.ConnectAsync();
        fixture.Run(other.Close);
        (await second.ReceiveAsync(new byte[1])).ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_is_dialled_and_early_bytes_are_not_lost()
    {
        using var fixture = new LoopFixture(CreatePoller(), Echo);
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Run(() =>
        {
            var channel = fixture.Loop.Connect(
                fixture.EndPoint,
                new Callback(ready =>
                {
                    if (ready.Fill() == ReadStatus.Data)
                    {
                        answer.TrySetResult(Encoding.ASCII.GetString(ready.Input));
                        ready.Close();
                    }
                })
            );
            channel.Send("early"u8);
        });
        (await answer.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("early");
    }

    [Fact]
    public async Task A_refused_connection_fails_after_the_call_that_began_it()
    {
        using var fixture = new LoopFixture(CreatePoller());
        var free = FreePort();
        var failed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Run(() =>
        {
            var calling = true;
            fixture.Loop.Connect(
                new IPEndPoint(IPAddress.Loopback, free),
                new Callback(channel =>
                {
                    if (channel.HasFailed)
                    {
                        failed.TrySetResult(calling);
                        channel.Close();
                    }
                })
            );
            calling = false;
        });
        (await failed.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeFalse();
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

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    internal static Task<byte[]> Drain(Socket socket) =>
        Task.Run(async () =>
            {
                using var all = new MemoryStream();
                var buffer = new byte[65_536];
                for (int count; (count = await socket.ReceiveAsync(buffer)) > 0; )
                {
                    all.Write(buffer.AsSpan(0, count));
                }
                return all.ToArray();
            })
            .WaitAsync(TimeSpan.FromSeconds(60));

    private static async Task<string> Read(Socket socket, int length)
    {
        var buffer = new byte[length];
        for (var at = 0; at < length; )
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(at));
            count.ShouldBeGreaterThan(0);
            at += count;
        }
        return Encoding.ASCII.GetString(buffer);
    }

    /// <summary>Sends back what comes, reading only while the other side takes it.</summary>
    private static void Echo(Channel channel) =>
        channel.Owner = new Callback(ready =>
        {
            for (var read = 0; !ready.HasBacklog; read++)
            {
                if (read == EventLoop.ReadsPerTurn)
                {
                    ready.Loop.Defer(ready);
                    return;
                }
                var status = ready.Fill();
                if (status == ReadStatus.Data)
                {
                    ready.Send(ready.Input);
                    ready.Consume(ready.Input.Length);
                }
                else if (status == ReadStatus.End)
                {
                    ready.End();
                    ready.Close();
                    return;
                }
                else
                {
                    return;
                }
            }
        });
}
