using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Health;

/// <summary>What a member does whose application fails its checks.</summary>
public sealed class HealthCheckTests
{
    [Theory]
    [InlineData(PortMode.Relay)]
    [InlineData(PortMode.Proxy)]
    public async Task A_member_that_fails_passes_new_work_on_at_once_and_takes_it_again_later(PortMode mode)
    {
        await using var pool = await TestMember.PoolAsync(
            members: 2,
            policy: p => p with { HealthCheck = Check(HealthCheckKind.Http, TestApp.Port) },
            mode: mode
        );
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        (await client.RequestAsync("/")).ServedBy.ShouldBe("m0");

        pool[0].App.Health = 503;
        await Eventually.IsTrue(() => pool[0].Health.IsFailing, "the check has found it");
        (await client.RequestAsync("/")).ServedBy.ShouldBe("m1");
        pool[0].Reports.Report().Health!.Message.ShouldNotBeNull().ShouldEndWith("was answered with 503");

        pool[0].App.Health = 200;
        await Eventually.IsTrue(() => !pool[0].Health.IsFailing, "the check has found it");
        (await client.RequestAsync("/")).ServedBy.ShouldBe("m0");
        pool[0].Reports.Report().Health.ShouldBe(new HealthReport { Healthy = true });
    }

    [Fact]
    public async Task Where_nobody_else_can_take_it_a_failing_member_goes_on_serving()
    {
        await using var pool = await TestMember.PoolAsync(policy: p =>
            p with
            {
                HealthCheck = Check(HealthCheckKind.Http, TestApp.Port),
            }
        );
        pool[0].App.Health = 500;
        await Eventually.IsTrue(() => pool[0].Health.IsFailing, "the check has found it");

        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        (await client.RequestAsync("/")).ServedBy.ShouldBe("m0");
    }

    [Fact]
    public async Task A_pool_that_takes_its_check_back_has_healthy_members()
    {
        await using var pool = await TestMember.PoolAsync(policy: p =>
            p with
            {
                HealthCheck = Check(HealthCheckKind.Tcp, port: 9),
            }
        );
        await Eventually.IsTrue(() => pool[0].Health.IsFailing, "nobody listens there");

        pool.Policy = pool.Policy with { HealthCheck = null };
        await pool.TellAllAsync();

        await Eventually.IsTrue(() => pool[0].Health.Current is null, "there is nothing to check any more");
    }

    [Fact]
    public async Task Connections_of_a_dead_member_are_reset_where_the_pool_asks_for_it()
    {
        await using var pool = await TestMember.PoolAsync(
            members: 2,
            policy: p =>
                p with
                {
                    HealthCheck = Check(HealthCheckKind.Http, TestApp.Port) with { OnFailure = FailureAction.Reset },
                }
        );
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "under way");

        var drain = TestSnapshots.Drain(TimeSpan.FromMinutes(1), TimeSpan.Zero);
        await pool.TellAllAsync(drain: i => i == 0 ? drain with { Reason = DrainReason.HealthCheckFailed } : null);

        await Should.ThrowAsync<IOException>(async () => await client.ReadHeadAsync());
        pool[0].Registry.Account().Totals.Forced.ShouldBe(1);
    }

    internal static HealthCheckPolicy Check(HealthCheckKind kind, int port) =>
        new()
        {
            Kind = kind,
            TargetPort = port,
            Path = "/healthz",
            IntervalMs = 50,
            TimeoutMs = 2_000,
            UnhealthyThreshold = 2,
            HealthyThreshold = 2,
        };
}
