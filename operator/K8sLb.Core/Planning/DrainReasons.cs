namespace K8sLb.Core.Planning;

internal static class DrainReasons
{
    /// <summary>The pod or its sidecar is ending; no decision of ours can take that back.</summary>
    public static bool IsIrrevocable(this DrainReason reason) =>
        reason is DrainReason.PodDeleted or DrainReason.PreStop or DrainReason.Sigterm;
}
