using K8sLb.TestKit;

namespace K8sLb.LocalCluster.Commands;

internal static class ControlPlaneCommand
{
    public static async Task RunAsync(CancellationToken ct)
    {
        await using var plane = await ControlPlane.StartAsync(ct: ct);
        Console.WriteLine($"export KUBECONFIG={plane.KubeconfigPath}");
        await Endless.UntilCancelledAsync(ct);
    }
}
