using K8sLb.Core;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Status;

internal static class DegradedCondition
{
    public static ConditionFacts Of(StatusInputs inputs)
    {
        var lost = inputs
            .Plan.Members.Where(m => m.Record.Phase is MemberPhase.Lost)
            .Select(m => m.Record.Name)
            .ToArray();
        var refused = inputs
            .Members.Values.Where(m => m is { Attached: true, Refused: not null })
            .OrderBy(m => m.Hello.PodName, StringComparer.Ordinal)
            .Select(m => $"{m.Hello.PodName} (version {m.Refused!.Version}: {m.Refused.Error})")
            .ToArray();
        if (lost.Length + refused.Length == 0 && inputs is { SessionKeysProblem: null, TrustProblem: null })
        {
            return new(ConditionTypes.Degraded, false, ConditionReasons.AllHealthy, "Every sidecar is well");
        }
        string[] parts =
        [
            .. lost.Length > 0 ? [$"No word from: {Names.List(lost)}"] : Array.Empty<string>(),
            .. refused.Length > 0
                ? [$"Refused what they were sent and keep the last good state: {Names.List(refused)}"]
                : Array.Empty<string>(),
            .. inputs.TrustProblem is { } trust ? [trust] : Array.Empty<string>(),
            .. inputs.SessionKeysProblem is { } problem ? [problem] : Array.Empty<string>(),
        ];
        var reason =
            refused.Length > 0 ? ConditionReasons.StateRefused
            : lost.Length > 0 ? ConditionReasons.SidecarsLost
            : inputs.TrustProblem is not null ? ConditionReasons.TrustImpaired
            : ConditionReasons.SessionKeysUnavailable;
        return new(ConditionTypes.Degraded, true, reason, string.Join("; ", parts));
    }
}
