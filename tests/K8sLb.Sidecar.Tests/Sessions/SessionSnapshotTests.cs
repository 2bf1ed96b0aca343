using System.Net;
using System.Text.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Sessions;

/// <summary>What snapshots say of sessions.</summary>
public sealed class SessionSnapshotTests
{
    private static readonly DateTimeOffset Operators = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Times_are_put_on_this_machines_clock()
    {
        var ours = Operators + TimeSpan.FromMinutes(7);
        var drain = TestSnapshots.Drain(TimeSpan.Zero, TimeSpan.Zero) with
        {
            RampDownEndsAt = Operators.AddSeconds(5),
            Deadline = Operators.AddSeconds(30),
        };
        var snapshot = Snapshot(TestKeys.Policy(SessionKind.Cookie) with { Keys = [TestKeys.Key(1, Operators)] }) with
        {
            SentAt = Operators,
        };
        snapshot = snapshot with
        {
            Pool = snapshot.Pool with { Members = [TestSnapshots.Drained(snapshot.Pool.Members[0], drain)] },
        };

        var local = SnapshotClock.ToLocal(snapshot, ours);

        local.Pool.Policy.Sessions!.Keys.Single().NotBefore.ShouldBe(ours);
        local.Pool.Members[0].Drain!.RampDownEndsAt.ShouldBe(ours.AddSeconds(5));
        local.Pool.Members[0].Drain!.Deadline.ShouldBe(ours.AddSeconds(30));
    }

    [Fact]
    public void A_policy_crosses_the_wire_and_the_disk_whole()
    {
        var snapshot = Snapshot(TestKeys.Policy(SessionKind.Header));

        var json = JsonSerializer.Serialize(snapshot, ProtocolJson.Default.MemberSnapshot);
        var read = JsonSerializer.Deserialize(json, ProtocolJson.Default.MemberSnapshot)!.Pool.Policy.Sessions!;

        (read.Kind, read.Name, read.TimeoutMs).ShouldBe((SessionKind.Header, "X-Shop-Session", 3_600_000L));
        read.Keys.Single().Secret.ToArray().ShouldBe(TestKeys.Key(1, default).Secret.ToArray());
    }

    [Theory]
    [InlineData("name", "pool.policy.sessions.name is \"a b\": 1 to 128 letters")]
    [InlineData("timeout", "pool.policy.sessions.timeoutMs is 0: it must be from 1")]
    [InlineData("none", "pool.policy.sessions.keys are 0: 1 to 16 are allowed")]
    [InlineData("twice", "pool.policy.sessions.keys are 2: 1 to 16 are allowed, each with an id of its own")]
    [InlineData("short", "pool.policy.sessions.keys must have secrets of at least 32 bytes")]
    public void A_mistake_is_named(string mistake, string error)
    {
        var good = TestKeys.Policy(SessionKind.Cookie);
        var bad = mistake switch
        {
            "name" => good with { Name = "a b" },
            "timeout" => good with { TimeoutMs = 0 },
            "none" => good with { Keys = [] },
            "twice" => good with { Keys = [good.Keys[0], good.Keys[0]] },
            _ => good with { Keys = [good.Keys[0] with { Secret = new byte[31] }] },
        };

        SnapshotValidator.Check(Snapshot(good), Options(), held: null).ShouldBeNull();
        SnapshotValidator.Check(Snapshot(bad), Options(), held: null).ShouldNotBeNull().ShouldStartWith(error);
    }

    private static MemberSnapshot Snapshot(SessionPolicy sessions) =>
        TestSnapshots.For(
            "uid-m0",
            1,
            [TestSnapshots.Member("uid-m0")],
            TestSnapshots.Policy(PortMode.Proxy) with
            {
                Sessions = sessions,
            }
        );

    private static SidecarOptions Options() =>
        new()
        {
            PodName = "m0",
            PodNamespace = "test",
            PodUid = "uid-m0",
            PodAddress = IPAddress.Loopback,
            ListenAddress = IPAddress.Loopback,
            AppAddress = IPAddress.Loopback,
            AdminPort = TestMember.AdminPort,
            PeerPort = TestMember.PeerPort,
            StateDirectory = "unused",
        };
}
