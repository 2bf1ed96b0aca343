using System.ComponentModel.DataAnnotations;

namespace K8sLb.Operator.Api;

/// <summary>metav1.LabelSelector.</summary>
public sealed record PodSelector
{
    public IDictionary<string, string>? MatchLabels { get; set; }
    public IList<PodSelectorRequirement>? MatchExpressions { get; set; }
}

public sealed record PodSelectorRequirement
{
    [Required]
    public string? Key { get; set; }

    [Required]
    [AllowedValues("In", "NotIn", "Exists", "DoesNotExist")]
    public string? Operator { get; set; }
    public IList<string>? Values { get; set; }
}
