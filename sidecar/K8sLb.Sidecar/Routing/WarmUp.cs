using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>Slow start: the share of its weight that a new member takes.</summary>
public static class WarmUp
{
    /// <summary>max(minimum, (elapsed / duration)^(1 / aggression)), from 0 to 1; 1 where the member is warm.</summary>
    public static double Factor(SlowStartPolicy policy, DateTimeOffset? warmingSince, DateTimeOffset now)
    {
        if (warmingSince is not { } since || policy.DurationMs == 0)
        {
            return 1;
        }
        var elapsed = Math.Clamp((now - since).TotalMilliseconds / policy.DurationMs, 0, 1);
        return Math.Max(policy.MinimumPercent / 100.0, Math.Pow(elapsed, 1 / policy.Aggression));
    }
}
