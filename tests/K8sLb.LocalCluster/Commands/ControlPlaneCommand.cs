namespace K8sLb.LocalCluster.Commands;

internal static class ControlPlaneCommand
{
    public static async Task RunAsync(CancellationToken ct)
    {
        await using var plane = await ControlPlane.StartAsync(ct: ct);
        Console.WriteLine($"export KUBECONFIG={plane.KubeconfigPath}");
        await Task.Delay(Timeout.Infinite, ct);
    }
}
