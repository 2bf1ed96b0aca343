using System.Net.Sockets;
using System.Security.Cryptography;
using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Relay;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollTcpRelayTests() : TcpRelayTests(PollerKind.Epoll);

public sealed class SelectTcpRelayTests() : TcpRelayTests(PollerKind.Select);

public abstract class TcpRelayTests(PollerKind kind)
{
    [Fact]
    public async Task Bytes_pass_both_ways()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var client = await relay.DialAsync();
        await client.SendAsync("ping");
        var app = await relay.App.AcceptedAsync();
        (await app.ReadAsync(4)).ShouldBe("ping");
        await app.SendAsync("pong");
        (await client.ReadAsync(4)).ShouldBe("pong");
        relay.Account.Live.Tcp.ShouldBe(1);
        relay.Brain.Registry.InFlight.ShouldBe(1);
    }

    [Fact]
    public async Task The_application_may_speak_first()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var client = await relay.DialAsync();
        var app = await relay.App.AcceptedAsync();
        await app.SendAsync("220 ready");
        (await client.ReadAsync(9)).ShouldBe("220 ready");
    }

    [Fact]
    public async Task A_half_close_is_passed_on_and_the_other_half_goes_on()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var client = await relay.DialAsync();
        await client.SendAsync("request");
        client.EndSending();
        var app = await relay.App.AcceptedAsync();
        (await app.ReadToEndAsync()).ShouldBe("request");
        await app.SendAsync("response");
        (await client.ReadAsync(8)).ShouldBe("response");
        relay.Account.Live.Tcp.ShouldBe(1);
        app.EndSending();
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Finished.ShouldBe(1);
    }

    [Fact]
    public async Task A_half_close_by_the_application_leaves_the_clients_half()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var client = await relay.DialAsync();
        var app = await relay.App.AcceptedAsync();
        await app.SendAsync("bye");
        app.EndSending();
        (await client.ReadToEndAsync()).ShouldBe("bye");
        await client.SendAsync("still here");
        (await app.ReadAsync(10)).ShouldBe("still here");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bulk_arrives_whole_at_a_slow_reader(bool upload)
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var client = await relay.DialAsync();
        var app = await relay.App.AcceptedAsync();
        var (source, sink) = upload ? (client, app) : (app, client);
        var bytes = RandomNumberGenerator.GetBytes(20_000_000);
        using var seen = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sending = source.SendAsync(bytes);
        await Eventually.IsTrue(
            () => !source.Socket.Poll(0, SelectMode.SelectWrite),
            "everything between the two is full"
        );
        var received = sink.CountToEndAsync(part => seen.AppendData(part.Span));
        await sending;
        source.EndSending();
        (await received).ShouldBe(bytes.Length);
        seen.GetHashAndReset().ShouldBe(SHA256.HashData(bytes));
    }

    [Fact]
    public async Task Both_directions_stream_at_once()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp, loops: 2);
        var pairs = new List<(Wire Client, Wire App)>();
        for (var i = 0; i < 4; i++)
        {
            pairs.Add((await relay.DialAsync(), await relay.App.AcceptedAsync()));
        }
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        await Task.WhenAll(pairs.SelectMany(pair => new[] { Exchange(pair.Client), Exchange(pair.App) }));

        async Task Exchange(Wire wire)
        {
            var received = wire.CountToEndAsync();
            await wire.SendAsync(bytes);
            wire.EndSending();
            (await received).ShouldBe(bytes.Length);
        }
    }

    [Fact]
    public async Task A_reset_is_passed_on()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var client = await relay.DialAsync();
        var app = await relay.App.AcceptedAsync();
        app.Reset();
        await client.ShouldBeResetAsync();
        using var second = await relay.DialAsync();
        var other = await relay.App.AcceptedAsync();
        second.Reset();
        await other.ShouldBeResetAsync();
        await relay.AllClosedAsync();
    }

    [Fact]
    public async Task An_application_that_refuses_resets_the_client()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        relay.App.Dispose();
        // Fast enough, the reset meets the client while it still connects.
        await Should.ThrowAsync<SocketException>(async () => await (await relay.DialAsync()).ReadToEndAsync());
        await relay.AllClosedAsync();
        relay.Account.Totals.Forced.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_handed_over_goes_somewhere_else()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        var nowhere = Targets.At("nowhere", new(System.Net.IPAddress.Loopback, Loop.Sockets.FreePort()));
        (relay.Brain.Target, relay.Brain.Fallback) = (nowhere, relay.Local);
        using var client = await relay.DialAsync();
        await client.SendAsync("hello");
        var app = await relay.App.AcceptedAsync();
        (await app.ReadAsync(5)).ShouldBe("hello");
    }

    [Fact]
    public async Task A_peer_gets_the_preface_and_no_byte_before_it_has_agreed()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        var preface = PeerPreface.Format("web", "secret");
        relay.Brain.Target = Targets.At("peer", relay.App.EndPoint, preface);
        using var client = await relay.DialAsync();
        await client.SendAsync("hello");
        var peer = await relay.App.AcceptedAsync();
        (await peer.ReadBytesAsync(preface.Length)).ShouldBe(preface);
        await peer.SendAsync(PeerPreface.Accepted[..4].ToArray());
        relay.Brain.ReachedCount.ShouldBe(0);
        await peer.SendAsync([.. PeerPreface.Accepted[4..], .. "greeting"u8]);
        (await client.ReadAsync(8)).ShouldBe("greeting");
        (await peer.ReadAsync(5)).ShouldBe("hello");
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    public async Task A_peer_that_refuses_has_seen_nothing_and_another_serves(string answer)
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var refusing = new RawApplication();
        var preface = PeerPreface.Format("web", "secret");
        relay.Brain.Target = Targets.At("peer", refusing.EndPoint, preface);
        relay.Brain.Fallback = relay.Local;
        using var client = await relay.DialAsync();
        await client.SendAsync("hello");
        var peer = await refusing.AcceptedAsync();
        await peer.ReadBytesAsync(preface.Length);
        await peer.SendAsync(answer);
        peer.EndSending();
        (await (await relay.App.AcceptedAsync()).ReadAsync(5)).ShouldBe("hello");
        (await peer.ReadToEndAsync()).ShouldBe("");
    }

    [Fact]
    public async Task A_silent_peer_is_given_up_in_time()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp, new RelaySettings { PeerConnectMs = 100 });
        using var silent = new RawApplication();
        relay.Brain.Target = Targets.At("peer", silent.EndPoint, PeerPreface.Format("web", "secret"));
        relay.Brain.Fallback = relay.Local;
        using var client = await relay.DialAsync();
        await client.SendAsync("hello");
        (await (await relay.App.AcceptedAsync()).ReadAsync(5)).ShouldBe("hello");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_deadline_closes_or_resets(bool reset)
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        using var client = await relay.DialAsync();
        var app = await relay.App.AcceptedAsync();
        relay.Connection.Release(Sidecar.Connections.ReleaseUrgency.AtNextBoundary);
        await app.SendAsync("still served");
        (await client.ReadAsync(12)).ShouldBe("still served");
        relay.Connection.Cut(EndReason.Deadline, reset);
        if (reset)
        {
            await client.ShouldBeResetAsync();
        }
        else
        {
            await client.ShouldEndAsync();
        }
        await app.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Forced.ShouldBe(1);
    }

    [Fact]
    public async Task Refused_work_is_closed_at_once()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Tcp);
        relay.Brain.Target = null;
        using var client = await relay.DialAsync();
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
    }
}
