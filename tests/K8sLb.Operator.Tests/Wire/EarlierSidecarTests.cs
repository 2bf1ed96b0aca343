using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Operator.Tests.Pools;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Wire;

/// <summary>An operator that was upgraded, and a pod with the sidecar of before: its lines are those that it said once.</summary>
public sealed class EarlierSidecarTests
{
    /// <summary>What a sidecar of the first recorded version cannot read a snapshot without, and of which kind it must be.</summary>
    private static readonly (string Path, JsonValueKind Kind)[] Needed =
    [
        ("epoch", JsonValueKind.Number),
        ("version", JsonValueKind.Number),
        ("nonce", JsonValueKind.String),
        ("sentAt", JsonValueKind.String),
        ("self.uid", JsonValueKind.String),
        ("pool.namespace", JsonValueKind.String),
        ("pool.name", JsonValueKind.String),
        ("pool.members.0.uid", JsonValueKind.String),
        ("pool.members.0.name", JsonValueKind.String),
        ("pool.members.0.peerAddress", JsonValueKind.String),
        ("pool.members.0.peerPort", JsonValueKind.Number),
        ("pool.members.0.peerCredential", JsonValueKind.String),
        ("pool.members.0.availability", JsonValueKind.String),
        ("pool.members.0.weight", JsonValueKind.Number),
        ("pool.policy.ports.0.name", JsonValueKind.String),
        ("pool.policy.ports.0.port", JsonValueKind.Number),
        ("pool.policy.ports.0.targetPort", JsonValueKind.Number),
        ("pool.policy.drain.deadlineMs", JsonValueKind.Number),
        ("pool.policy.drain.rampDownMs", JsonValueKind.Number),
        ("pool.policy.drain.quietPeriodMs", JsonValueKind.Number),
        ("pool.policy.drain.lateArrivals", JsonValueKind.String),
        ("pool.policy.slowStart.durationMs", JsonValueKind.Number),
        ("pool.policy.slowStart.minimumPercent", JsonValueKind.Number),
        ("pool.policy.slowStart.aggression", JsonValueKind.Number),
    ];

    private static readonly (string Path, JsonValueKind Kind)[] NeededToDrain =
    [
        ("self.drain.id", JsonValueKind.String),
        ("self.drain.reason", JsonValueKind.String),
        ("self.drain.startedAt", JsonValueKind.String),
        ("self.drain.rampDownEndsAt", JsonValueKind.String),
        ("self.drain.deadline", JsonValueKind.String),
    ];

    public static TheoryData<string> Versions => [.. RecordedWire.Versions];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task It_attaches_takes_work_drains_and_is_in_the_status(string version)
    {
        var recorded = RecordedWire.Read(version, RecordedWire.Sidecar);
        await using var bench = new PoolBench();
        await using var hub = await HubServer.StartAsync(channel: bench.Run.Channel, time: bench.Time);
        bench.Set(Sample.Pod("m0"), Sample.Pod("b"), Sample.Pod("c"));
        bench.Attach("b", provesKey: true);
        bench.Attach("c", provesKey: true);
        await using var sidecar = await TestSidecar.DialAsync(hub.Address);
        await SayAsync(sidecar, recorded.First("hello"));
        Part(await sidecar.ReadLineAsync(), "welcome")["protocolVersion"]!.GetValue<int>().ShouldBe(1);
        await Eventually.IsTrue(() => bench.Run.Channel.Members.Count == 3, "it is attached");
        bench.Run.Reconcile();

        var snapshot = Part(await sidecar.ReadLineAsync(), "snapshot");
        Holds(snapshot, Needed);
        snapshot["pool"]!["members"]!
            .AsArray()
            .ShouldAllBe(m => m!["peerCredential"]!.GetValue<string>() != "", "it knows nothing but credentials");
        await AnswerAsync(sidecar, recorded, snapshot);
        await SayAsync(sidecar, recorded.All("report")[1]);
        await Eventually.IsTrue(() => Member(bench).Report is not null, "its report is taken");
        bench.Run.Reconcile();
        var spoken = recorded.First("hello")["hello"]!["sidecarVersion"]!.GetValue<string>();
        await bench.WrittenAsync(s => s.SidecarVersions?.Any(v => v.Version == spoken) == true, "its version is told");

        bench.Set(Sample.Pod("m0", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();
        bench.Self("m0").Drain.ShouldNotBeNull();
        var draining = Part(await sidecar.ReadLineAsync(), "snapshot");
        while (draining["self"]!["drain"] is null)
        {
            await AnswerAsync(sidecar, recorded, draining);
            draining = Part(await sidecar.ReadLineAsync(), "snapshot");
        }
        Holds(draining, NeededToDrain);
        await AnswerAsync(sidecar, recorded, draining);
        var released = recorded.Last("report");
        foreach (var field in new[] { "id", "reason", "startedAt", "deadline" })
        {
            released["report"]!["drain"]![field] = draining["self"]!["drain"]![field]!.DeepClone();
        }
        await SayAsync(sidecar, released);

        await Eventually.IsTrue(
            () => Member(bench).Report?.Drain?.Progress == DrainProgress.Released,
            "the end of the drain is taken"
        );
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_a_later_sidecar_says_beside_what_is_known_is_ignored(string version)
    {
        var recorded = RecordedWire.Read(version, RecordedWire.Sidecar);
        await using var hub = await HubServer.StartAsync();
        await using var sidecar = await TestSidecar.DialAsync(hub.Address);
        var hello = recorded.First("hello");
        hello["hello"]!["ofLater"] = new JsonObject { ["any"] = 1 };
        await SayAsync(sidecar, hello);
        await sidecar.ReadWelcomeAsync();

        await SayAsync(sidecar, new JsonObject { ["kindOfLater"] = new JsonObject { ["any"] = 1 } });
        await SayAsync(sidecar, recorded.Last("report"));

        await Eventually.IsTrue(
            () => hub.Channel.Members is [{ Attached: true, Report: not null }],
            "the stream goes on behind it"
        );
    }

    private static Task SayAsync(TestSidecar sidecar, JsonNode line) =>
        sidecar.SendAsync(Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"));

    private static Task AnswerAsync(TestSidecar sidecar, RecordedWire recorded, JsonNode snapshot)
    {
        var ack = recorded.First("ack");
        ack["ack"]!["nonce"] = snapshot["nonce"]!.DeepClone();
        ack["ack"]!["version"]!["epoch"] = snapshot["epoch"]!.DeepClone();
        ack["ack"]!["version"]!["version"] = snapshot["version"]!.DeepClone();
        return SayAsync(sidecar, ack);
    }

    private static JsonNode Part(string line, string kind) => JsonNode.Parse(line)![kind].ShouldNotBeNull(line);

    private static void Holds(JsonNode snapshot, (string Path, JsonValueKind Kind)[] needed)
    {
        foreach (var (path, kind) in needed)
        {
            var found = path.Split('.')
                .Aggregate(
                    (JsonNode?)snapshot,
                    (node, name) => int.TryParse(name, out var index) ? node?[index] : node?[name]
                );
            found.ShouldNotBeNull(path).GetValueKind().ShouldBe(kind, path);
        }
    }

    private static K8sLb.Operator.Hub.MemberState Member(PoolBench bench) =>
        bench.Run.Channel.Members.Single(m => m.Hello.PodName == "m0");
}
