namespace K8sLb.Core.Balancing;

/// <param name="Written">The cost that the pod's annotation says; null where there is none, which counts as 0.</param>
/// <param name="Connections">Live ones: what its removal would cost.</param>
public sealed record PodCost(string Uid, string Name, int? Written, int Connections);

/// <summary>
/// Which pods' costs of deletion are to be written anew. Each write is a change of a pod that everybody who watches pods hears of, so
/// only what can change the order of pods is written.
/// </summary>
public static class DeletionCosts
{
    /// <summary>Part of the larger one by which costs must differ.</summary>
    private const double Noticeable = 0.2;

    public static IReadOnlyList<PodCost> Due(IEnumerable<PodCost> pods) => [.. pods.Where(IsDue)];

    private static bool IsDue(PodCost pod)
    {
        var written = pod.Written ?? 0;
        var difference = Math.Abs((long)pod.Connections - written);
        // From and to none counts in any case: that is the pod to remove.
        return difference > 0
            && (
                pod.Connections == 0
                || written == 0
                || difference > Math.Max(1, Noticeable * Math.Max(pod.Connections, Math.Abs((long)written)))
            );
    }
}
