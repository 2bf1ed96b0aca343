using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Validation;

/// <summary>What can be wrong in selector: how the error begins, and how to bring it about.</summary>
internal static class WrongSelectors
{
    public static TheoryData<string, Action<BackendPoolSpec>> All =>
        new()
        {
            {
                "spec.selector.matchLabels: \"not a key\": must be a label key: ",
                s => s.Selector!.MatchLabels!["not a key"] = "x"
            },
            {
                "spec.selector.matchLabels[app]: \"-x\": must be a label value: ",
                s => s.Selector!.MatchLabels!["app"] = "-x"
            },
            {
                "spec.selector.matchExpressions[0].operator: \"Is\": must be one of In, NotIn, Exists, DoesNotExist",
                s => Require(s, new() { Key = "tier", Operator = "Is" })
            },
            {
                "spec.selector.matchExpressions[0].values: missing: must be given for In and NotIn",
                s => Require(s, new() { Key = "tier", Operator = "In" })
            },
            {
                "spec.selector.matchExpressions[0].values: \"web\": must be left out for Exists and DoesNotExist",
                s =>
                    Require(
                        s,
                        new()
                        {
                            Key = "tier",
                            Operator = "Exists",
                            Values = ["web"],
                        }
                    )
            },
            {
                "spec.selector.matchExpressions[0].key: missing: must be a label key: ",
                s => Require(s, new() { Operator = "Exists" })
            },
        };

    private static void Require(BackendPoolSpec spec, PodSelectorRequirement requirement) =>
        spec.Selector!.MatchExpressions = [requirement];
}
