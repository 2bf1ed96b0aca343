using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Webhooks;

/// <summary>
/// Which pools select pods that another one selects as well. Looks at the simplest pods that each selector takes: two that only a pod
/// with labels of both would meet are let pass, since most such pods are never made, and those that are show in the Accepted condition.
/// </summary>
internal static class SelectorOverlap
{
    /// <param name="others">Of its namespace, the pool itself among them, where it is known already.</param>
    public static IReadOnlyList<string> Warnings(
        BackendPool pool,
        PodMatcher matcher,
        IEnumerable<PoolInForce> others
    ) =>
        [
            .. from other in others
            where other.Resource.Name() != pool.Name()
            let shared = Shared(pool.Spec!.Selector!, matcher, other)
            where shared is not null
            select IsOlder(pool, other.Resource)
                ? $"k8slb: BackendPool {other.Resource.Name()} also selects pods with {Text(shared)}; they stay with this one, the older. Narrow one of the selectors"
                : $"k8slb: BackendPool {other.Resource.Name()}, which is older, also selects pods with {Text(shared)} and keeps them. Narrow one of the selectors",
        ];

    /// <returns>Labels of a pod that both select; null where none was found.</returns>
    private static Dictionary<string, string>? Shared(PodSelector selector, PodMatcher matcher, PoolInForce other) =>
        Simplest(selector).FirstOrDefault(p => matcher.Matches(p) && other.Spec.Selector.Matches(p))
        ?? Simplest(other.Resource.Spec!.Selector!)
            .FirstOrDefault(p => matcher.Matches(p) && other.Spec.Selector.Matches(p));

    /// <summary>Pods with no label that the selector does not ask for: one for each value of each choice.</summary>
    private static IEnumerable<Dictionary<string, string>> Simplest(PodSelector selector)
    {
        var fixedLabels = selector.MatchLabels ?? new Dictionary<string, string>();
        var expressions = selector.MatchExpressions ?? [];
        var choices = expressions.Where(e => e is { Operator: "In", Values.Count: > 0 }).ToArray();
        var first = new Dictionary<string, string>(fixedLabels, StringComparer.Ordinal);
        foreach (var exists in expressions.Where(e => e.Operator == "Exists"))
        {
            first.TryAdd(exists.Key!, "any");
        }
        foreach (var choice in choices)
        {
            first.TryAdd(choice.Key!, choice.Values![0]);
        }
        yield return first;
        foreach (var choice in choices.Where(c => !fixedLabels.ContainsKey(c.Key!)))
        {
            foreach (var value in choice.Values!.Skip(1))
            {
                yield return new Dictionary<string, string>(first, StringComparer.Ordinal) { [choice.Key!] = value };
            }
        }
    }

    /// <summary>A pool that is being created has no age yet.</summary>
    private static bool IsOlder(BackendPool pool, BackendPool other) =>
        pool.Metadata.CreationTimestamp is { } created
        && (created, pool.Name()).CompareTo((other.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue, other.Name()))
            < 0;

    private static string Text(Dictionary<string, string> labels) =>
        string.Join(",", labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));
}
