using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Loop.Epoll;
using K8sLb.Sidecar.Relay.Loop.Portable;
using static K8sLb.Relay.Tests.Loop.Sockets;

namespace K8sLb.Relay.Tests.Loop;

public sealed class EpollChannelTests : ChannelTests
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

public sealed class SelectChannelTests : ChannelTests
{
    internal override ISocketPoller CreatePoller() => new SelectPoller();
}

/// <summary>One socket, whatever the loop gets it from.</summary>
public abstract class ChannelTests
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
}
