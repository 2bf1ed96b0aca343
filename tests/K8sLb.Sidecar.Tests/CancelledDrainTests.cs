using System.Net.WebSockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class CancelledDrainThroughRelayTests() : CancelledDrainTests(PortMode.Relay);

public sealed class CancelledDrainThroughProxyTests() : CancelledDrainTests(PortMode.Proxy);

/// <summary>Connections that were asked to go stay where the drain is cancelled before they were told.</summary>
public abstract class CancelledDrainTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task Connections_that_were_asked_and_not_told_stay()
    {
        await using var pool = await PoolAsync(policy: TestSnapshots.NeverQuiet);
        await using var http1 = await RawHttp.ConnectAsync(pool[0].Http);
        await http1.RequestAsync("/");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{pool[0].Http}/ws"), default);
        await EchoAsync(socket);

        await pool.DrainAsync(0, deadline: TimeSpan.FromMinutes(10));
        await Eventually.IsTrue(() => pool[0].Asked == 2, "both were asked");
        await pool.TellAllAsync();
        await Eventually.IsTrue(() => pool[0].Asked == 0, "both may stay");

        for (var again = 0; again < 3; again++)
        {
            (await http1.RequestAsync("/")).AsksToClose.ShouldBeFalse();
            await EchoAsync(socket);
        }
        socket.State.ShouldBe(WebSocketState.Open);
        pool[0].Registry.Account().Totals.Released.ShouldBe(0);
    }

    private static async Task EchoAsync(ClientWebSocket socket)
    {
        await socket.SendAsync(new byte[1], WebSocketMessageType.Binary, endOfMessage: true, default);
        var part = await socket.ReceiveAsync(new byte[16], default).WaitAsync(TimeSpan.FromSeconds(30));
        part.MessageType.ShouldBe(WebSocketMessageType.Binary);
        part.EndOfMessage.ShouldBeTrue();
    }
}
