using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class DeadlineThroughRelayTests() : DeadlineTests(PortMode.Relay);

public sealed class DeadlineThroughProxyTests() : DeadlineTests(PortMode.Proxy);

/// <summary>How a connection ends that is left at the deadline, as its client sees it on the wire.</summary>
public abstract class DeadlineTests(PortMode mode) : DataPathTests(mode)
{
    [Theory]
    [InlineData(DeadlineAction.Close, ClientProtocol.Http1)]
    [InlineData(DeadlineAction.Close, ClientProtocol.Http2)]
    [InlineData(DeadlineAction.Close, ClientProtocol.WebSocket)]
    [InlineData(DeadlineAction.Close, ClientProtocol.Tcp)]
    [InlineData(DeadlineAction.Reset, ClientProtocol.Http1)]
    [InlineData(DeadlineAction.Reset, ClientProtocol.Http2)]
    [InlineData(DeadlineAction.Reset, ClientProtocol.WebSocket)]
    [InlineData(DeadlineAction.Reset, ClientProtocol.Tcp)]
    public async Task Work_in_flight_is_ended_in_the_way_that_the_pool_asks_for(
        DeadlineAction action,
        ClientProtocol protocol
    )
    {
        await using var pool = await PoolAsync(policy: p =>
            p with
            {
                Drain = p.Drain with { DeadlineMs = 1000, OnDeadline = action },
            }
        );
        await using var client = await RawHttp.ConnectAsync(
            protocol == ClientProtocol.Tcp ? new(pool[0].Address, TestMember.TcpPort) : pool[0].Http
        );
        await BeginWorkAsync(client, protocol, pool[0]);

        var report = await pool[0].DrainAsync();

        report.Progress.ShouldBe(DrainProgress.Forced);
        (await client.EndsInResetAsync()).ShouldBe(action == DeadlineAction.Reset);
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Forced == 1, "forced");
    }

    private static async Task BeginWorkAsync(RawHttp client, ClientProtocol protocol, TestMember member)
    {
        switch (protocol)
        {
            case ClientProtocol.Http1:
                // Half of the answer comes.
                await client.GetAsync("/download?bytes=200000");
                await client.ReadHeadAsync();
                break;
            case ClientProtocol.Http2:
                await client.SendAsync(RawHttp2.Opening("/gate"));
                await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");
                break;
            case ClientProtocol.WebSocket:
                await client.OpenWebSocketAsync("/ws");
                await Eventually.IsTrue(() => member.Registry.Account().Live.WebSocket == 1, "open");
                break;
            default:
                await client.SendAsync("hello");
                await Eventually.IsTrue(() => member.Registry.InFlight == 1, "open");
                break;
        }
    }
}
