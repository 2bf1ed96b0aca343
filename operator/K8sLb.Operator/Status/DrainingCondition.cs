using System.Globalization;
using K8sLb.Core;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Status;

internal static class DrainingCondition
{
    public static ConditionFacts Of(StatusInputs inputs)
    {
        var draining = inputs
            .Plan.Members.Where(m => m.Record.Phase is MemberPhase.RampDown or MemberPhase.Draining)
            .Select(m => Describe(m.Record, inputs))
            .ToArray();
        return draining.Length == 0
            ? new(ConditionTypes.Draining, false, ConditionReasons.NothingToDrain, "No member is being drained")
            : new(ConditionTypes.Draining, true, ConditionReasons.MembersDraining, Names.List(draining, "; "));
    }

    private static string Describe(MemberRecord member, StatusInputs inputs)
    {
        if (member.Drain is not { } drain)
        {
            return $"{member.Name}: gets no new work, its connections are kept";
        }
        var report = inputs.Members.GetValueOrDefault(member.Uid)?.Drain;
        var left =
            report?.Id == drain.Id ? $"{report.Remaining} of {report.Initial} connections left" : "not confirmed yet";
        var eta = DrainForecast.Eta(drain, report, inputs.Now) ?? inputs.Now;
        var unaware = inputs.Unaware.GetValueOrDefault(member.Uid) is { Count: > 0 } peers
            ? $", not known yet at {Names.List(peers)}"
            : "";
        var raised = report is { PaceRaised: true }
            ? ", released faster than maxReleasesPerSecond to keep the deadline"
            : "";
        return $"{member.Name}: {drain.Reason}, {left}{unaware}{raised}, expected to end at {Time(eta)}, deadline {Time(drain.Deadline)}";
    }

    private static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
