using K8sLb.Operator.Api;

namespace K8sLb.Operator.Mapping;

/// <summary>A valid selector, with the meaning of metav1.LabelSelector: NotIn also matches where the label is missing.</summary>
public sealed class PodMatcher(PodSelector selector)
{
    private readonly IDictionary<string, string> labels = selector.MatchLabels ?? new Dictionary<string, string>();
    private readonly IList<PodSelectorRequirement> expressions = selector.MatchExpressions ?? [];

    public bool Matches(IDictionary<string, string>? pod)
    {
        foreach (var (key, value) in labels)
        {
            if (Value(pod, key) != value)
            {
                return false;
            }
        }
        foreach (var requirement in expressions)
        {
            if (!Meets(requirement, Value(pod, requirement.Key!)))
            {
                return false;
            }
        }
        return true;
    }

    private static bool Meets(PodSelectorRequirement requirement, string? value) =>
        requirement.Operator switch
        {
            "In" => value is not null && requirement.Values!.Contains(value),
            "NotIn" => value is null || !requirement.Values!.Contains(value),
            "Exists" => value is not null,
            _ => value is null,
        };

    private static string? Value(IDictionary<string, string>? pod, string key) =>
        pod is not null && pod.TryGetValue(key, out var value) ? value : null;
}
