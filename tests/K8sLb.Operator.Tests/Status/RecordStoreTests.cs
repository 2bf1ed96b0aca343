using System.Text.Json;
using K8sLb.Core;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Status;

namespace K8sLb.Operator.Tests.Status;

public sealed class RecordStoreTests
{
    [Fact]
    public void A_record_comes_back_from_the_status_as_it_was()
    {
        var start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1_234_560);
        var record = new MemberRecord
        {
            Uid = "uid-a",
            Name = "a",
            Phase = MemberPhase.Draining,
            Since = start.AddSeconds(5),
            InServiceSince = start.AddSeconds(-100),
            WarmingSince = start.AddSeconds(-99),
            HeldBackSince = start.AddSeconds(-1),
            CircuitOpenSince = start.AddSeconds(-2),
            Ejection = new EjectionRecord(start.AddSeconds(-40), start.AddSeconds(-10), 2, 7, "5 failures in a row"),
            Drain = new DrainRecord
            {
                Id = "uid-a-1",
                Reason = DrainReason.PreStop,
                StartedAt = start,
                RampDownEndsAt = start.AddSeconds(5),
                Deadline = start.AddSeconds(60),
                StartedBySidecar = true,
            },
        };

        var status = StatusBuilder.Build(
            new StatusInputs
            {
                View = new PoolView
                {
                    Resource = Sample.Pool("shop"),
                    InForce = null,
                    Errors = [],
                    Pods = [],
                    Conflicts = [],
                },
                Before = null,
                OperatorVersion = "1.2.3",
                Plan = new PoolPlan
                {
                    Members =
                    [
                        new MemberPlan
                        {
                            Record = record,
                            Weight = 0,
                            FullWeight = 100,
                            Available = false,
                            Why = "",
                        },
                    ],
                    Summary = new PoolSummary
                    {
                        Total = 1,
                        Available = 0,
                        Draining = 1,
                        Lost = 0,
                        Panic = false,
                        Floor = 0,
                        HeldBack = [],
                    },
                    Events = [],
                },
                Members = new Dictionary<string, MemberState>(),
                Version = 1,
                Unaware = new Dictionary<string, IReadOnlyList<string>>(),
                Now = start,
            }
        );
        var json = JsonSerializer.Serialize(status, ApiJson.Default.BackendPoolStatus);

        RecordStore
            .Read(JsonSerializer.Deserialize(json, ApiJson.Default.BackendPoolStatus))
            .ShouldHaveSingleItem()
            .ShouldBe(record);
    }

    [Fact]
    public void A_pool_without_status_has_no_records() => RecordStore.Read(null).ShouldBeEmpty();
}
