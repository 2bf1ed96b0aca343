using System.Text.Json.Nodes;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Wire;

/// <summary>A pod with a new sidecar, and the operator of before: its lines are those that it said once.</summary>
public sealed class EarlierOperatorTests
{
    public static TheoryData<string> Versions => [.. RecordedWire.Versions];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task It_takes_work_drains_and_goes_elsewhere_by_what_that_operator_says(string version)
    {
        var recorded = RecordedWire.Read(version, RecordedWire.Operator);
        var (serving, draining) = (recorded.First("snapshot"), recorded.Last("snapshot"));
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();
        await SayAsync(stream, recorded.First("welcome"));

        await SayAsync(stream, FilledIn(serving, member));
        var taken = (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        taken.Nonce.ShouldBe(serving["snapshot"]!["nonce"]!.GetValue<string>());
        await using (var client = await RawHttp.ConnectAsync(member.Http))
        {
            (await client.RequestAsync("/")).Status.ShouldBe(200);
        }

        await SayAsync(stream, FilledIn(draining, member));
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        var drain = draining["snapshot"]!["self"]!["drain"]!["id"]!.GetValue<string>();
        await stream.ReportAsync(r => r.Drain?.Id == drain);
        await SayAsync(stream, recorded.First("loads"));

        await SayAsync(stream, recorded.First("refusal"));
        (await fake.NextAsync()).Hello.Drain.ShouldNotBeNull().Id.ShouldBe(drain, "it dials again, and goes on");
    }

    private static Task SayAsync(FakeStream stream, JsonNode line) => stream.SendLineAsync(line.ToJsonString());

    /// <summary>What differs from pod to pod: where this one is, and which ports this machine has for it.</summary>
    private static JsonNode FilledIn(JsonNode line, TestMember member)
    {
        var pool = line["snapshot"]!["pool"]!;
        var self = pool["members"]!.AsArray().Single(m => m!["uid"]!.GetValue<string>() == "uid-m0")!;
        self["peerAddress"] = member.Address.ToString();
        self["peerPort"] = TestMember.PeerPort;
        var port = pool["policy"]!["ports"]!.AsArray().Single(p => p!["name"]!.GetValue<string>() == "http")!;
        port["port"] = TestMember.HttpPort;
        port["targetPort"] = TestApp.Port;
        return line;
    }
}
