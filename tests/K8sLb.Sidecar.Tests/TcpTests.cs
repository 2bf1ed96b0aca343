using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class TcpTests
{
    [Fact]
    public async Task Bytes_pass_and_the_end_of_one_direction_does_not_end_the_other()
    {
        await using var pool = await TestMember.PoolAsync();
        using var client = await ConnectAsync(pool[0]);

        (await ExchangeAsync(client, "ping")).ShouldBe("pingm0");

        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Finished == 1, "finished");
    }

    [Fact]
    public async Task Much_passes_whole_in_both_directions_at_once()
    {
        await using var pool = await TestMember.PoolAsync();
        using var client = await ConnectAsync(pool[0]);
        var sent = new byte[8 * 1024 * 1024];
        new Random(3).NextBytes(sent);

        var sending = Task.Run(async () =>
        {
            for (var at = 0; at < sent.Length; )
            {
                at += await client.SendAsync(sent.AsMemory(at, Math.Min(100_000, sent.Length - at)));
            }
            client.Shutdown(SocketShutdown.Send);
        });
        var received = await ReadAllAsync(client);
        await sending;

        received.AsSpan(0, sent.Length).SequenceEqual(sent).ShouldBeTrue();
        received.Length.ShouldBe(sent.Length + 2);
    }

    [Fact]
    public async Task A_late_arrival_is_relayed_by_a_peer()
    {
        await using var pool = await TestMember.PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        using var client = await ConnectAsync(pool[0]);

        (await ExchangeAsync(client, "ping")).ShouldBe("pingm1");

        pool[0].Registry.Account().Totals.Rerouted.ShouldBe(1);
    }

    [Fact]
    public async Task An_open_connection_is_left_until_the_deadline_and_then_ended()
    {
        await using var pool = await TestMember.PoolAsync(policy: p =>
            p with
            {
                Drain = p.Drain with { DeadlineMs = 1000 },
            }
        );
        using var client = await ConnectAsync(pool[0]);
        await client.SendAsync("ping"u8.ToArray());
        await client.ReceiveAsync(new byte[4]);

        var report = await pool[0].DrainAsync();

        report.Progress.ShouldBe(DrainProgress.Forced);
        (await ReadAllAsync(client)).ShouldBeEmpty();
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Forced == 1, "forced");
    }

    [Fact]
    public async Task An_application_that_is_gone_sends_the_connection_to_a_peer()
    {
        await using var pool = await TestMember.PoolAsync(members: 2);
        await pool[0].App.DisposeAsync();
        using var client = await ConnectAsync(pool[0]);

        (await ExchangeAsync(client, "ping")).ShouldBe("pingm1");
    }

    [Fact]
    public async Task The_pool_can_have_late_arrivals_turned_away()
    {
        await using var pool = await TestMember.PoolAsync(
            members: 2,
            p =>
                TestSnapshots.NeverQuiet(p) with
                {
                    Drain = TestSnapshots.NeverQuiet(p).Drain with { LateArrivals = LateArrivals.Reject },
                }
        );
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        using var client = await ConnectAsync(pool[0]);

        (await ReadAllAsync(client)).ShouldBeEmpty();
    }

    private static async Task<Socket> ConnectAsync(TestMember member)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(member.Address, TestMember.TcpPort));
        return socket;
    }

    private static async Task<string> ExchangeAsync(Socket socket, string text)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        socket.Shutdown(SocketShutdown.Send);
        return Encoding.ASCII.GetString(await ReadAllAsync(socket));
    }

    /// <summary>What comes until the end, be it a polite one or a reset.</summary>
    private static async Task<byte[]> ReadAllAsync(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token)) > 0; )
            {
                all.Write(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // Reset.
        }
        return all.ToArray();
    }
}
