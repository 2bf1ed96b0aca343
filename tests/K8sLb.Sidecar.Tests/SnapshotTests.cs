using System.Text.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests;

public sealed class SnapshotTests : IDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("k8slb-sidecar-test-");

    public void Dispose() => state.Delete(recursive: true);

    [Fact]
    public async Task A_restarted_container_knows_its_pool_and_keeps_its_credential_without_an_operator()
    {
        await using var pool = await TestMember.PoolAsync();
        var credential = pool[0].Credential.Value;

        await pool[0].RestartAsync(pool[0].Options with { Operator = null });

        pool[0].Credential.Value.ShouldBe(credential);
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        (await client.RequestAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_restart_in_a_drain_goes_on_with_it()
    {
        await using var pool = await TestMember.PoolAsync(policy: TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        var before = pool[0].Drain.Current!;

        await pool[0].RestartAsync();

        var after = pool[0].Drain.Current.ShouldNotBeNull();
        after.Id.ShouldBe(before.Id);
        after.Deadline.ShouldBe(before.Deadline);
    }

    [Fact]
    public async Task A_damaged_file_is_ignored_and_the_operator_asked()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        await File.WriteAllTextAsync(member.Options.SnapshotPath, """{"epoch":1,""");

        await member.RestartAsync();

        (await fake.NextAsync()).Hello.Held.ShouldBeNull();
    }

    [Fact]
    public async Task A_snapshot_of_another_pod_is_ignored()
    {
        await using var pool = await TestMember.PoolAsync();

        await pool[0].RestartAsync(pool[0].Options with { PodUid = "uid-other" });

        pool[0].Router.Plan.EffectiveWeight.ShouldBe(0);
    }

    [Fact]
    public void Without_an_operator_something_must_say_what_the_pool_is()
    {
        var options = Options();

        var error = Should.Throw<SnapshotFileException>(() => SidecarHost.Create(options with { Operator = null }));

        error.Message.ShouldContain("K8SLB_STATIC_POOL");
    }

    [Fact]
    public async Task A_static_pool_is_all_that_a_member_needs()
    {
        var address = LoopbackAddress.Next();
        await using var app = await TestApp.StartAsync(address, "alone");
        var file = Path.Combine(state.FullName, "static-pool.json");
        await File.WriteAllTextAsync(
            file,
            JsonSerializer.Serialize(
                TestSnapshots.For("uid-alone", 1, [TestSnapshots.Member("uid-alone")]),
                ProtocolJson.Default.MemberSnapshot
            )
        );
        using var host = SidecarHost.Create(
            Options() with
            {
                Operator = null,
                PodUid = "",
                StaticPool = file,
                ListenAddress = address,
                AppAddress = address,
            }
        );
        await host.StartAsync();

        await using var client = await RawHttp.ConnectAsync(new(address, TestMember.HttpPort));

        (await client.RequestAsync("/")).ServedBy.ShouldBe("alone");
        await host.StopAsync();
    }

    [Fact]
    public async Task Ports_open_and_close_with_the_snapshot()
    {
        await using var pool = await TestMember.PoolAsync();
        await using var open = await RawHttp.ConnectAsync(pool[0].Http);
        await open.RequestAsync("/");

        var http = pool.Policy.Ports[0];
        pool.Policy = pool.Policy with { Ports = [http with { Name = "other", Port = 8088 }] };
        await pool.TellAllAsync();

        await using (var added = await RawHttp.ConnectAsync(new(pool[0].Address, 8088)))
        {
            (await added.RequestAsync("/")).Status.ShouldBe(200);
        }
        await Should.ThrowAsync<System.Net.Sockets.SocketException>(RawHttp.ConnectAsync(pool[0].Http));
        (await open.RequestAsync("/")).Status.ShouldBe(200);
    }

    public static TheoryData<string, string> Mistakes =>
        new()
        {
            { "uid", "self.uid is \"uid-x\", this pod is \"uid-m0\"" },
            { "version", "epoch and version are 1/6, lower than 1/7, which is in force" },
            { "epoch", "epoch and version are 0/99, lower than 1/7, which is in force" },
            { "port", "pool.policy.ports[0].port is 0: it must be from 1 to 65535" },
            { "target", "pool.policy.ports[0].targetPort is 65536: it must be from 1 to 65535" },
            { "twice", "pool.policy.ports[1].name \"http\" is used twice: names must be unique" },
            { "same", "pool.policy.ports[1].port 8080 is used twice: ports must be unique" },
            { "own", "pool.policy.ports[0].port is 15020, which this sidecar uses itself (admin 15020, peers 15008)" },
            { "name", "pool.policy.ports[0].name is \"a b\": 1 to 63 letters, digits, '-', '_' or '.' are allowed" },
            { "weight", "pool.members[0].weight is -1: it must be from 0 to 1000000" },
            { "address", "pool.members[0].peerAddress is \"host\": it must be an IP address or empty" },
            {
                "credential",
                "pool.members[0].peerCredential must be 1 to 128 printable ASCII characters without a space"
            },
            { "aggression", "pool.policy.slowStart.aggression is 0: it must be above 0, 1 is linear" },
            { "quiet", "pool.policy.drain.quietPeriodMs is -5: it must be from 0 to 86400000" },
            { "drain", "self.drain.id is empty: it must name the drain" },
        };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_field_its_value_and_what_would_be_right(string mistake, string error)
    {
        var good = TestSnapshots.For("uid-m0", 8, [TestSnapshots.Member("uid-m0")]);
        var policy = good.Pool.Policy;
        MemberSnapshot WithPorts(params PortPolicy[] ports) =>
            good with
            {
                Pool = good.Pool with { Policy = policy with { Ports = ports } },
            };
        MemberSnapshot WithMember(MemberDirective member) => good with { Pool = good.Pool with { Members = [member] } };
        var http = policy.Ports[0];
        var member = good.Pool.Members[0];

        var bad = mistake switch
        {
            "uid" => good with { Self = good.Self with { Uid = "uid-x" } },
            "version" => good with { Version = 6 },
            "epoch" => good with { Epoch = 0, Version = 99 },
            "port" => WithPorts(http with { Port = 0 }),
            "target" => WithPorts(http with { TargetPort = 65536 }),
            "twice" => WithPorts(http, http with { Port = 9 }),
            "same" => WithPorts(http, http with { Name = "b" }),
            "own" => WithPorts(http with { Port = TestMember.AdminPort }),
            "name" => WithPorts(http with { Name = "a b" }),
            "weight" => WithMember(member with { Weight = -1 }),
            "address" => WithMember(member with { PeerAddress = "host" }),
            "credential" => WithMember(member with { PeerCredential = "a b" }),
            "aggression" => good with
            {
                Pool = good.Pool with { Policy = policy with { SlowStart = policy.SlowStart with { Aggression = 0 } } },
            },
            "quiet" => good with
            {
                Pool = good.Pool with { Policy = policy with { Drain = policy.Drain with { QuietPeriodMs = -5 } } },
            },
            _ => good with
            {
                Self = good.Self with { Drain = TestSnapshots.Drain(TimeSpan.Zero, TimeSpan.Zero) with { Id = "" } },
            },
        };

        SnapshotValidator.Check(good, Options(), new(1, 7)).ShouldBeNull();
        SnapshotValidator.Check(bad, Options(), new(1, 7)).ShouldBe(error);
    }

    [Fact]
    public void Times_are_put_on_this_machines_clock()
    {
        var operators = new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var ours = operators.AddMinutes(-7);
        var member = TestSnapshots.Member("uid-m0") with { WarmingSince = operators.AddSeconds(-10) };
        var snapshot = TestSnapshots.For("uid-m0", 1, [member]) with { SentAt = operators };
        snapshot = snapshot with
        {
            Self = snapshot.Self with
            {
                Drain = new()
                {
                    Id = "d",
                    Reason = DrainReason.Requested,
                    StartedAt = operators,
                    RampDownEndsAt = operators.AddSeconds(5),
                    Deadline = operators.AddSeconds(60),
                },
            },
        };

        var local = SnapshotClock.ToLocal(snapshot, ours);

        local.Self.Drain!.Deadline.ShouldBe(ours.AddSeconds(60));
        local.Self.Drain.StartedAt.ShouldBe(ours);
        local.Pool.Members[0].WarmingSince.ShouldBe(ours.AddSeconds(-10));
        SnapshotClock.ToLocal(local, ours).Self.Drain.ShouldBe(local.Self.Drain);
    }

    [Fact]
    public void What_is_absent_on_the_wire_reads_as_its_default()
    {
        var member = JsonSerializer
            .Deserialize(
                """{"epoch":1,"version":1,"nonce":"n","sentAt":"2030-01-01T00:00:00Z","self":{"uid":"u"},"pool":{"namespace":"n","name":"p","members":[{"uid":"u","name":"a","availability":"Available","weight":1,"unknown":{}}],"policy":{"ports":[],"drain":{"deadlineMs":1,"rampDownMs":1,"quietPeriodMs":1,"lateArrivals":"Serve","maxReleasesPerSecond":1,"goAwayGraceMs":1,"webSocketCloseCode":1001,"onDeadline":"Close"},"slowStart":{"durationMs":0,"minimumPercent":1,"aggression":1}}}}""",
                ProtocolJson.Default.MemberSnapshot
            )!
            .Pool.Members[0];

        member.PeerAddress.ShouldBeEmpty();
        member.PeerCredential.ShouldBeEmpty();
    }

    private K8sLb.Sidecar.Configuration.SidecarOptions Options() =>
        new()
        {
            Operator = new Uri("http://127.0.0.1:9"),
            PodName = "m0",
            PodNamespace = "test",
            PodUid = "uid-m0",
            PodAddress = System.Net.IPAddress.Loopback,
            ListenAddress = System.Net.IPAddress.Loopback,
            AppAddress = System.Net.IPAddress.Loopback,
            AdminPort = TestMember.AdminPort,
            PeerPort = TestMember.PeerPort,
            StateDirectory = state.FullName,
        };
}
