namespace K8sLb.Demo;

internal enum RunKind
{
    Baseline,
    K8sLb,
}

internal static class RunKinds
{
    public static string Title(this RunKind run) => run == RunKind.Baseline ? "without K8sLb" : "with K8sLb";
}
