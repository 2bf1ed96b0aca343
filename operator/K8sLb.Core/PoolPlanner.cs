namespace K8sLb.Core;

/// <summary>Decides: facts and time in, plan out. Total, deterministic, no I/O and no clock.</summary>
public static class PoolPlanner
{
    public static PoolPlan Plan(PoolSnapshot snapshot, DateTimeOffset now) => throw new InvalidOperationException();
}
