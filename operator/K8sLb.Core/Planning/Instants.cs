namespace K8sLb.Core.Planning;

/// <summary>Arithmetic on instants that cannot throw: the planner is total, whatever durations a spec holds.</summary>
internal static class Instants
{
    public static DateTimeOffset After(this DateTimeOffset instant, TimeSpan duration)
    {
        if (duration >= TimeSpan.Zero)
        {
            return DateTimeOffset.MaxValue - instant <= duration ? DateTimeOffset.MaxValue : instant + duration;
        }
        return instant - DateTimeOffset.MinValue <= -duration ? DateTimeOffset.MinValue : instant + duration;
    }

    public static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a <= b ? a : b;

    public static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a >= b ? a : b;
}
