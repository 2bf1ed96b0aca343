using K8sLb.Operator.Tests.Hub;
using K8sLb.Operator.Tests.Pools;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Wire;

/// <summary>Every kind of line that an operator says, for those that will have to understand it later.</summary>
public sealed class OperatorConversationTests
{
    [Fact]
    public async Task From_welcome_to_refusal()
    {
        await using var bench = new PoolBench();
        await using var hub = await HubServer.StartAsync(channel: bench.Run.Channel, time: bench.Time);
        bench.Set(Sample.Pod("m0"), Sample.Pod("b"), Sample.Pod("c"));
        bench.Attach("b");
        bench.Attach("c");
        await using var sidecar = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("m0"));
        List<string> said = [await sidecar.ReadLineAsync()];
        TestSidecar.Parse(said[^1]).Welcome.ShouldNotBeNull();
        await Eventually.IsTrue(() => bench.Run.Channel.Members.Count == 3, "it is attached");
        bench.Run.Reconcile();
        said.Add(await sidecar.ReadLineAsync());
        await sidecar.AcknowledgeAsync(TestSidecar.Parse(said[^1]).Snapshot.ShouldNotBeNull());

        bench.Set(Sample.Pod("m0", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();
        do
        {
            said.Add(await sidecar.ReadLineAsync());
            await sidecar.AcknowledgeAsync(TestSidecar.Parse(said[^1]).Snapshot.ShouldNotBeNull());
        } while (TestSidecar.Parse(said[^1]).Snapshot!.Self.Drain is null);

        bench.Run.Channel.Tell(
            new PoolLoads
            {
                Members =
                [
                    new MemberLoad
                    {
                        Uid = "uid-b",
                        ArrivalsPerSecond = 2.5,
                        InFlight = 3,
                        LatencyMs = 4.5,
                        Held = 6,
                        WeightFactor = 0.5,
                        Sessions = 7,
                    },
                ],
            }
        );
        said.Add(await sidecar.ReadLineAsync());
        TestSidecar.Parse(said[^1]).Loads.ShouldNotBeNull();

        bench.Run.Channel.Close("this pool is not served here any more");
        said.Add(await sidecar.ReadLineAsync());
        TestSidecar.Parse(said[^1]).Refusal.ShouldNotBeNull();

        RecordedWire.Keep(RecordedWire.Operator, said);
    }
}
