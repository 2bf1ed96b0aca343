using K8sLb.Core;
using K8sLb.Operator.Diagnostics;

namespace K8sLb.Operator.Pools;

/// <summary>Keeps one pool's part of the metric of members by phase.</summary>
internal sealed class PhaseTally
{
    private Dictionary<MemberPhase, int> counted = [];

    public void Set(IEnumerable<MemberPhase> phases)
    {
        var counts = phases.CountBy(p => p).ToDictionary();
        foreach (var phase in counts.Keys.Union(counted.Keys))
        {
            var change = counts.GetValueOrDefault(phase) - counted.GetValueOrDefault(phase);
            if (change != 0)
            {
                OperatorMetrics.Members.Add(change, new KeyValuePair<string, object?>("phase", phase.ToString()));
            }
        }
        counted = counts;
    }
}
