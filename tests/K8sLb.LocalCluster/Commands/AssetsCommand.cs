using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Assets.Install;

namespace K8sLb.LocalCluster.Commands;

internal static class AssetsCommand
{
    public static async Task RunAsync(string tier, CancellationToken ct)
    {
        var installer = new AssetInstaller(AssetFolders.FromEnvironment(), Console.Out);
        foreach (var asset in await installer.InstallAsync(Parse(tier), ct))
        {
            Console.WriteLine($"  {asset.Name, -24} {asset.Version, -9} {asset.Path}");
        }
    }

    private static AssetTier Parse(string tier) =>
        tier switch
        {
            "control-plane" => AssetTier.ControlPlane,
            "node" or "all" => AssetTier.Node,
            _ => throw new UsageException($"assets: no tier '{tier}'; there are control-plane, node and all"),
        };
}
