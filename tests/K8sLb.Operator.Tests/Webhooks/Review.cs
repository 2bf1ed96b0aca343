using System.Text.Json.Nodes;

namespace K8sLb.Operator.Tests.Webhooks;

/// <summary>What an API server asks.</summary>
internal static class Review
{
    public static JsonObject Create(JsonObject entity) => Of("CREATE", entity);

    public static JsonObject Of(string operation, JsonObject entity, JsonObject? old = null) =>
        new()
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new JsonObject
            {
                ["uid"] = "question-1",
                ["operation"] = operation,
                ["namespace"] = "default",
                ["somethingNew"] = new JsonObject(),
                ["object"] = entity.DeepClone(),
                ["oldObject"] = old?.DeepClone(),
            },
        };
}
