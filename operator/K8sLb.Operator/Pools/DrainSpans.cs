using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.Telemetry;

namespace K8sLb.Operator.Pools;

/// <summary>A span for each drain that has ended, from its directive on.</summary>
internal static class DrainSpans
{
    public static void Record(
        ObjectKey pool,
        IReadOnlyList<MemberRecord> before,
        IReadOnlyList<MemberRecord> after,
        DateTimeOffset now
    )
    {
        foreach (var member in before)
        {
            if (DrainUnderWay(member) is not { } drain)
            {
                continue;
            }
            var next = after.FirstOrDefault(m => m.Uid == member.Uid);
            if (next is not null && DrainUnderWay(next)?.Id == drain.Id)
            {
                continue;
            }
            var outcome = next?.Phase ?? MemberPhase.Gone;
            DrainTrace.Record(
                "drain",
                drain.Id,
                drain.StartedAt,
                next?.Since ?? now,
                isFailure: outcome is MemberPhase.Forced or MemberPhase.Lost,
                new("k8slb.pool", pool.ToString()),
                new("k8slb.pod", member.Name),
                new("k8slb.drain.reason", drain.Reason.ToString()),
                new("k8slb.drain.outcome", outcome.ToString())
            );
        }
    }

    private static DrainRecord? DrainUnderWay(MemberRecord member) =>
        member.Phase is MemberPhase.RampDown or MemberPhase.Draining ? member.Drain : null;
}
