using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class ArrivalMeterTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void A_rate_is_known_after_two_seconds_and_follows_a_change_in_some_ten()
    {
        var meter = new ArrivalMeter();
        Run(meter, TimeSpan.FromSeconds(1), perStep: 2);
        meter.PerSecond.ShouldBeNull();

        Run(meter, TimeSpan.FromSeconds(1.1), perStep: 2);
        meter.PerSecond.ShouldNotBeNull().ShouldBe(20, 1e-6);

        Run(meter, TimeSpan.FromSeconds(30), perStep: 2);
        Run(meter, TimeSpan.FromSeconds(10), perStep: 0);
        meter.PerSecond.ShouldNotBeNull().ShouldBe(20 / Math.E, 0.2);
    }

    [Fact]
    public void Nothing_at_all_is_a_rate_as_well()
    {
        var meter = new ArrivalMeter();

        Run(meter, TimeSpan.FromSeconds(3), perStep: 0);

        meter.PerSecond.ShouldBe(0);
    }

    private static void Run(ArrivalMeter meter, TimeSpan time, int perStep)
    {
        for (var at = TimeSpan.Zero; at < time; at += Step)
        {
            for (var i = 0; i < perStep; i++)
            {
                meter.Note();
            }
            meter.Sample(Step);
        }
    }
}
