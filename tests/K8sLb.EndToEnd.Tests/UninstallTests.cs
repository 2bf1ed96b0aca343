using K8sLb.EndToEnd.Tests.Harness;
using K8sLb.Load;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.EndToEnd.Tests;

/// <summary>The chart is uninstalled under pods with sidecars, which go on as plain relays.</summary>
[Collection(EndToEndSuite.Name)]
public sealed class UninstallTests(EndToEndFixture cluster)
{
    private const string Chart = "helm/k8slb";

    [Fact]
    public async Task Without_chart_and_operator_pods_serve_and_end_without_loss()
    {
        await using var run = RunDirectory.Create("uninstall");
        var helm = await Helm.FindAsync(run.Combine("helm"));
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: true);
        // Pods of its own stay Pending: there is no scheduler, and the operator is a process of this machine.
        await helm.RunAsync(
            ["install", "k8slb", Path.Combine(SourceTree.Find(), Chart), "--namespace=default", "--skip-crds"],
            cluster.Plane
        );
        await using var load = LoadRun.Start(RollingRestartTests.Mix, shop.Target);

        await helm.RunAsync(["uninstall", "k8slb", "--namespace=default"], cluster.Plane);
        await shop.Operator.DisposeAsync();
        var served = load.Progress().Requests;
        await Eventually.IsTrue(
            () => load.Progress().Requests > served + 1_000,
            "requests are served by sidecars that have no operator",
            TimeSpan.FromSeconds(60)
        );
        await shop.ScaleAsync(3);

        RollingRestartTests.ShouldHaveLostNothing(shop, await load.StopAsync());
    }
}
