using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Pools;

/// <summary>Keeps one pool's part of the metrics of sidecars by version, and of pods that have none.</summary>
internal sealed class SidecarTally
{
    private static readonly KeyValuePair<string, object?> Same = new("version", "same");
    private static readonly KeyValuePair<string, object?> Other = new("version", "other");
    private (int Same, int Other, int None) counted;

    public void Set(IEnumerable<MemberState> members, string own, int podsWithout)
    {
        var attached = members.Where(m => m.Attached).ToList();
        var same = attached.Count(m => m.Hello.SidecarVersion == own);
        var other = attached.Count - same;
        OperatorMetrics.Sidecars.Add(same - counted.Same, Same);
        OperatorMetrics.Sidecars.Add(other - counted.Other, Other);
        OperatorMetrics.PodsWithoutSidecar.Add(podsWithout - counted.None);
        counted = (same, other, podsWithout);
    }
}
