using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class SelectorRules
{
    public static void Check(PodSelector? selector, string path, FieldErrors errors)
    {
        var labels = selector?.MatchLabels ?? new Dictionary<string, string>();
        var expressions = selector?.MatchExpressions ?? [];
        if (labels.Count == 0 && expressions.Count == 0)
        {
            errors.Missing(path, "needs at least one entry in matchLabels or matchExpressions");
        }
        errors.Range($"{path}.matchLabels (entries)", labels.Count, 0, 32);
        errors.Range($"{path}.matchExpressions (entries)", expressions.Count, 0, 16);
        foreach (var (key, value) in labels)
        {
            CheckKey(key, $"{path}.matchLabels", errors);
            CheckValue(value, $"{path}.matchLabels[{key}]", errors);
        }
        for (var i = 0; i < expressions.Count; i++)
        {
            Check(expressions[i], $"{path}.matchExpressions[{i}]", errors);
        }
    }

    private static void Check(PodSelectorRequirement requirement, string path, FieldErrors errors)
    {
        var values = requirement.Values ?? [];
        CheckKey(requirement.Key, $"{path}.key", errors);
        errors.OneOf($"{path}.operator", requirement.Operator, "In", "NotIn", "Exists", "DoesNotExist");
        errors.Range($"{path}.values (entries)", values.Count, 0, 64);
        switch (requirement.Operator)
        {
            case "In" or "NotIn" when values.Count == 0:
                errors.Missing($"{path}.values", "must be given for In and NotIn");
                break;
            case "Exists" or "DoesNotExist" when values.Count > 0:
                errors.Add($"{path}.values", values[0], "must be left out for Exists and DoesNotExist");
                break;
        }
        for (var i = 0; i < values.Count; i++)
        {
            CheckValue(values[i], $"{path}.values[{i}]", errors);
        }
    }

    private static void CheckKey(string? key, string path, FieldErrors errors)
    {
        if (key is null || !LabelSyntax.IsKey(key))
        {
            errors.Add(path, key, $"must be a label key: {LabelSyntax.KeyRule}");
        }
    }

    private static void CheckValue(string? value, string path, FieldErrors errors)
    {
        if (value is null || !LabelSyntax.IsValue(value))
        {
            errors.Add(path, value, $"must be a label value: {LabelSyntax.ValueRule}");
        }
    }
}
