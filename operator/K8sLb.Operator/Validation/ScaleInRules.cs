using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class ScaleInRules
{
    public static void Check(BackendPoolScaleIn? scaleIn, string path, FieldErrors errors)
    {
        if (scaleIn is not null)
        {
            errors.OneOf($"{path}.deletionCost", scaleIn.DeletionCost, "None", "Connections");
        }
    }
}
