using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class PlainPeerThroughRelayTests() : PlainPeerTests(PortMode.Relay);

public sealed class PlainPeerThroughProxyTests() : PlainPeerTests(PortMode.Proxy);

/// <summary>Members that know each other by credentials, as sidecars did before keys, and as in static pools.</summary>
public abstract class PlainPeerTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task The_peer_port_serves_whoever_knows_the_credential_and_the_port()
    {
        await using var pool = await PlainAsync();

        var answer = await AskPeerPortAsync(
            pool[0],
            PeerPreface.Format("http", pool[0].Credential.Value),
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        );

        answer.ShouldStartWith("K8SLB/1 ok\nHTTP/1.1 200 OK\r\n");
    }

    [Theory]
    [InlineData("K8SLB/1 http wrong\n")]
    [InlineData("K8SLB/1 http \n")]
    [InlineData("K8SLB/2 http CREDENTIAL\n")]
    [InlineData("K8SLB/1 other CREDENTIAL\n")]
    [InlineData("K8SLB/1 http CREDENTIAL extra\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\n")]
    [InlineData("\0\0\0\0\n")]
    public async Task The_peer_port_refuses_everybody_else_without_a_word(string preface)
    {
        await using var pool = await PlainAsync();
        var bytes = Encoding.Latin1.GetBytes(
            preface.Replace("CREDENTIAL", pool[0].Credential.Value, StringComparison.Ordinal)
        );

        (await AskPeerPortAsync(pool[0], bytes, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).ShouldBeEmpty();

        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        (await client.RequestAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_peer_port_refuses_a_preface_without_an_end()
    {
        await using var pool = await PlainAsync();

        (await AskPeerPortAsync(pool[0], new byte[100_000], "")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slow_preface_holds_up_nobody_else()
    {
        await using var pool = await PlainAsync();
        using var slow = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await slow.ConnectAsync(new IPEndPoint(pool[0].Address, TestMember.PeerPort));
        var preface = PeerPreface.Format("http", pool[0].Credential.Value);
        await slow.SendAsync(preface.AsMemory(0, 10));

        var answer = await AskPeerPortAsync(pool[0], preface, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        answer.ShouldContain("200 OK");
        await slow.SendAsync(preface.AsMemory(10));
        var rest = new byte[100];
        var read = await slow.ReceiveAsync(rest);
        Encoding.ASCII.GetString(rest, 0, read).ShouldBe("K8SLB/1 ok\n");
    }

    /// <summary>All that the peer port answers before it closes.</summary>
    private static async Task<string> AskPeerPortAsync(TestMember member, byte[] preface, string then)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(member.Address, TestMember.PeerPort));
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(preface);
            await socket.SendAsync(Encoding.Latin1.GetBytes(then));
            var buffer = new byte[4096];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            for (int read; (read = await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token)) > 0; )
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // Closed while there was something of ours that it had not read.
        }
        return answer.ToString();
    }

    private async Task<TestPool> PlainAsync()
    {
        var pool = await PoolAsync();
        pool.Keys = null;
        await pool.TellAllAsync((_, d) => d with { ProvesKey = false });
        return pool;
    }
}
