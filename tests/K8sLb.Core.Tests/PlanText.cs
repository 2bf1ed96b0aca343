using System.Globalization;
using System.Text;

namespace K8sLb.Core.Tests;

/// <summary>A plan as text: to compare whole plans, and to read them where a property fails.</summary>
internal static class PlanText
{
    public static string Of(PoolPlan plan) =>
        string.Join('\n', plan.Members.Select(Of).Append(Of(plan.Summary)).Append($"wake {Time(plan.WakeAt)}"));

    public static bool Same(PoolPlan plan, PoolPlan other) =>
        plan.WakeAt == other.WakeAt
        && plan.Members.SequenceEqual(other.Members)
        && plan.Summary.HeldBack.SequenceEqual(other.Summary.HeldBack)
        && plan.Summary == other.Summary with { HeldBack = plan.Summary.HeldBack };

    public static void ShouldBeTheSame(this PoolPlan plan, PoolPlan other)
    {
        if (!Same(plan, other))
        {
            Of(plan).ShouldBe(Of(other));
        }
    }

    private static string Of(MemberPlan member)
    {
        var record = member.Record;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{record.Name} {record.Uid} {record.Phase} since {Time(record.Since)}"
        );
        text.Append(CultureInfo.InvariantCulture, $", in service {Time(record.InServiceSince)}");
        text.Append(CultureInfo.InvariantCulture, $", warming {Time(record.WarmingSince)}");
        text.Append(CultureInfo.InvariantCulture, $", held back {Time(record.HeldBackSince)}");
        if (record.Drain is { } drain)
        {
            text.Append(CultureInfo.InvariantCulture, $", drain {drain.Id} {drain.Reason} {Time(drain.StartedAt)}");
            text.Append(CultureInfo.InvariantCulture, $"/{Time(drain.RampDownEndsAt)}/{Time(drain.Deadline)}");
            text.Append(drain.StartedBySidecar ? " by sidecar" : "");
        }
        text.Append(
            CultureInfo.InvariantCulture,
            $", weight {member.Weight}, available {member.Available}, {member.Why}"
        );
        return text.ToString();
    }

    private static string Of(PoolSummary summary) =>
        $"total {summary.Total}, available {summary.Available}, draining {summary.Draining}, lost {summary.Lost}, "
        + $"panic {summary.Panic}, floor {summary.Floor}, held back [{string.Join(", ", summary.HeldBack)}]";

    private static string Time(DateTimeOffset? at) =>
        at?.ToString("HH:mm:ss.fffffff", CultureInfo.InvariantCulture) ?? "-";
}
