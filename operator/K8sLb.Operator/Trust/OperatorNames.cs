namespace K8sLb.Operator.Trust;

/// <summary>The names that a Service has in its cluster, and so the operator's certificate.</summary>
internal static class OperatorNames
{
    /// <summary>The longest first, which stands for all in logs.</summary>
    public static IReadOnlyList<string> Of(string service, string @namespace) =>
        [
            $"{service}.{@namespace}.svc",
            $"{service}.{@namespace}.svc.cluster.local",
            $"{service}.{@namespace}",
            service,
        ];
}
