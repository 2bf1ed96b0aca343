using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests;

internal static class ConditionLookup
{
    /// <summary>Null where the status has none of that type; one type may stand there once.</summary>
    public static V1Condition? Condition(this BackendPoolStatus status, string type) =>
        status.Conditions?.SingleOrDefault(c => c.Type == type);
}
