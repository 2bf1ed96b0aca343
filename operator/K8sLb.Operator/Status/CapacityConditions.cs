using K8sLb.Core;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Status;

internal static class CapacityConditions
{
    public static ConditionFacts Ready(PoolSummary summary)
    {
        var counts =
            $"{summary.Available} of {summary.Total} members take new work, drain.minAvailable asks for {summary.Floor}";
        if (summary.Panic)
        {
            counts += "; no member is known to be well, so new work goes to those that nothing was heard of";
        }
        return summary.Available == 0 ? new(ConditionTypes.Ready, false, ConditionReasons.NoMembers, counts)
            : summary.Available < summary.Floor
                ? new(ConditionTypes.Ready, false, ConditionReasons.BelowMinAvailable, counts)
            : new(ConditionTypes.Ready, true, ConditionReasons.EnoughMembers, counts);
    }

    public static ConditionFacts Guarded(PoolSummary summary) =>
        summary.HeldBack.Count == 0
            ? new(
                ConditionTypes.CapacityGuarded,
                false,
                ConditionReasons.NothingHeldBack,
                "No drain waits for capacity"
            )
            : new(
                ConditionTypes.CapacityGuarded,
                true,
                ConditionReasons.DrainsHeldBack,
                $"These drains wait until drain.minAvailable allows them: {Names.List(summary.HeldBack)}"
            );
}
