using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Status;

/// <summary>The conditions of a pool. The time of a condition moves only when its status does.</summary>
public static class ConditionBuilder
{
    public static IList<V1Condition> Build(StatusInputs inputs) =>
        [
            .. new[]
            {
                AcceptedCondition.Of(inputs.View),
                ProgrammedCondition.Of(inputs),
                CapacityConditions.Ready(inputs.Plan.Summary),
                DrainingCondition.Of(inputs),
                DegradedCondition.Of(inputs),
                SidecarVersions.Condition(inputs),
                CapacityConditions.Guarded(inputs.Plan.Summary),
            }.Select(c => Stamp(c, inputs.Before, inputs.View.Resource.Metadata.Generation, inputs.Now)),
        ];

    /// <summary>
    /// The status of a pool whose spec was never good: what is known of its members from before is kept, because the
    /// operator that put it there may have begun drains.
    /// </summary>
    public static BackendPoolStatus NotAccepted(Directory.PoolView view, BackendPoolStatus? before, DateTimeOffset now)
    {
        var generation = view.Resource.Metadata.Generation;
        var programmed = new ConditionFacts(
            ConditionTypes.Programmed,
            false,
            ConditionReasons.NeverAccepted,
            "No valid spec was seen since this operator started; sidecars keep what they hold"
        );
        V1Condition[] mine =
        [
            Stamp(AcceptedCondition.Of(view), before, generation, now),
            Stamp(programmed, before, generation, now),
        ];
        var kept = (before?.Conditions ?? []).Where(c => mine.All(m => m.Type != c.Type));
        return (before ?? new BackendPoolStatus()) with
        {
            ObservedGeneration = generation,
            Conditions = [.. mine, .. kept],
        };
    }

    private static V1Condition Stamp(
        ConditionFacts facts,
        BackendPoolStatus? before,
        long? generation,
        DateTimeOffset now
    )
    {
        var status = facts.Holds ? "True" : "False";
        var known = before?.Conditions?.FirstOrDefault(c => c.Type == facts.Type);
        return new V1Condition
        {
            Type = facts.Type,
            Status = status,
            Reason = facts.Reason,
            Message = facts.Message,
            ObservedGeneration = generation,
            LastTransitionTime =
                known?.Status == status
                    ? known.LastTransitionTime
                    : new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), now.Offset),
        };
    }
}

/// <param name="Type">One of <see cref="ConditionTypes"/>.</param>
/// <param name="Holds">Its status.</param>
/// <param name="Reason">One of <see cref="ConditionReasons"/>.</param>
/// <param name="Message">For people.</param>
internal sealed record ConditionFacts(string Type, bool Holds, string Reason, string Message);
