using System.Text.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Grpc;

public sealed class GrpcThroughRelayTests() : GrpcTests(PortMode.Relay);

public sealed class GrpcThroughProxyTests() : GrpcTests(PortMode.Proxy);

/// <summary>A client and a server that others wrote, which keep connections and move in their own way.</summary>
[Trait("Category", "Long")]
public abstract class GrpcTests(PortMode mode) : DataPathTests(mode)
{
    private const int Ok = 0;

    [Fact]
    public async Task Calls_of_every_kind_cross_a_drain_and_none_fails()
    {
        await using var pool = await PoolAsync(members: 2);
        await using var server = await ServeAsync(pool[0]);
        await using var other = await ServeAsync(pool[1]);
        await using var client = await NodeProcess.StartAsync("client.js", pool[0].Http.ToString());
        await client.UntilAsync(line => line == "streaming");
        await client.UntilAsync(line => line.StartsWith("calls ", StringComparison.Ordinal));

        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await Eventually.IsTrue(
            () => pool[0].Registry.Account().Totals.Rerouted > 0,
            "the client has opened another connection, which a peer serves"
        );
        for (var hundreds = 0; hundreds < 3; hundreds++)
        {
            await client.UntilAsync(line => line.StartsWith("calls ", StringComparison.Ordinal));
        }
        await server.TellAsync("finish");
        await client.TellAsync("finish");
        var result = JsonSerializer.Deserialize<Result>(
            await client.UntilAsync(line => line.StartsWith('{')),
            JsonSerializerOptions.Web
        )!;

        result.Failures.ShouldBeEmpty();
        result.Calls.ShouldBeGreaterThan(300);
        result.ClientStreamMessages.ShouldBe(2);
        result.ServerStreamMessages.ShouldBe(2);
        result.BidirectionalMessages.ShouldBe(2);
        result.Statuses.ShouldBe([Ok, Ok]);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsOver: true }, "the drain is over");
        pool[0].Drain.Current!.Progress.ShouldBe(DrainProgress.Released);
    }

    /// <summary>In the place of the member's own application.</summary>
    private static async Task<NodeProcess> ServeAsync(TestMember member)
    {
        await member.App.DisposeAsync();
        var server = await NodeProcess.StartAsync("server.js", $"{member.Address}:{TestApp.Port}");
        (await server.UntilAsync(_ => true)).ShouldBe("ready");
        return server;
    }

    private sealed record Result
    {
        public required int Calls { get; init; }
        public required List<string> Failures { get; init; }
        public required int ClientStreamMessages { get; init; }
        public required int ServerStreamMessages { get; init; }
        public required int BidirectionalMessages { get; init; }
        public required List<int> Statuses { get; init; }
    }
}
