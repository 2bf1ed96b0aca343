namespace K8sLb.LocalCluster;

/// <summary>What an old server needs to behave as later ones do by themselves.</summary>
internal static class FeatureGates
{
    /// <param name="version">As the program prints it: v1.20.2.</param>
    public static IEnumerable<string> For(string version) =>
        version.StartsWith("v1.20.", StringComparison.Ordinal)
            ?
            [
                // Pods get projected, bound tokens; without it they wait for a token Secret that only
                // kube-controller-manager makes ("No API token found for service account").
                // EndpointSlices list pods that are terminating, with their conditions.
                "--feature-gates=BoundServiceAccountTokenVolume=true,EndpointSliceTerminatingCondition=true",
            ]
            : [];
}
