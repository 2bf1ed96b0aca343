namespace K8sLb.Core.Tests.Schedules;

/// <summary>A pool's spec and what happens to the pool, in order.</summary>
internal sealed record Schedule(PoolSpec Spec, IReadOnlyList<Step> Steps)
{
    public override string ToString() =>
        $"minAvailable {Spec.Drain.MinAvailable.Value}{(Spec.Drain.MinAvailable.IsPercent ? "%" : "")}, "
        + $"deadline {Spec.Drain.Deadline}, rampDown {Spec.Drain.RampDown}, slowStart {Spec.SlowStart.Duration}\n"
        + string.Join('\n', Steps);
}
