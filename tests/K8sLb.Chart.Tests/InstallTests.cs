using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.Chart.Tests;

/// <summary>A release from its installation to its end: the real helm against a real API server.</summary>
public sealed class InstallTests : IAsyncLifetime
{
    private const string Kinds =
        "serviceaccount,service,deployment,poddisruptionbudget,role,rolebinding,clusterrole,clusterrolebinding,"
        + "mutatingwebhookconfiguration,validatingwebhookconfiguration";
    private static readonly string Crd = Path.Combine(ChartFixture.Folder, "crds", "backendpools.k8slb.io.yaml");
    private static readonly string Pool = Path.Combine(SourceTree.Find(), "crds", "samples", "minimal.yaml");

    private ControlPlane? plane;
    private RunDirectory? run;
    private InstalledChart? chart;

    private ControlPlane Plane => plane!;
    private InstalledChart Chart => chart!;

    public async Task InitializeAsync()
    {
        plane = await ControlPlane.StartAsync();
        run = RunDirectory.Create("chart-install");
        chart = new InstalledChart(plane, await Helm.FindAsync(run.Combine("helm")), run);
        await plane.ApplyCrdAsync(Crd);
        await plane.CreateNamespaceAsync("shop");
        await plane.KubectlAsync("apply", "--namespace=shop", "-f", Pool);
    }

    public async Task DisposeAsync()
    {
        await run!.DisposeAsync();
        await Plane.DisposeAsync();
    }

    [Fact]
    public async Task A_release_is_installed_upgraded_and_uninstalled()
    {
        (await Chart.InstallAsync()).ShouldContain("Apply a BackendPool");
        (await Chart.NamesAsync(Kinds)).ShouldBe(
            [
                "serviceaccount/k8slb",
                "service/k8slb",
                "deployment.apps/k8slb",
                "poddisruptionbudget.policy/k8slb",
                "role.rbac.authorization.k8s.io/k8slb-leases",
                "rolebinding.rbac.authorization.k8s.io/k8slb-leases",
                "clusterrole.rbac.authorization.k8s.io/k8slb-operator",
                "clusterrole.rbac.authorization.k8s.io/k8slb-webhooks",
                "clusterrolebinding.rbac.authorization.k8s.io/k8slb-operator",
                "clusterrolebinding.rbac.authorization.k8s.io/k8slb-webhooks",
                "mutatingwebhookconfiguration.admissionregistration.k8s.io/k8slb",
                "validatingwebhookconfiguration.admissionregistration.k8s.io/k8slb",
            ],
            ignoreOrder: true
        );
        await Chart.StartOperatorAsync();
        await Chart.OperatorIsTrustedAsync();
        await Eventually.IsTrue(
            async () =>
                (await Plane.KubectlAsync("get", "configmap", "--namespace=shop", "-o", "name")).Contains("k8slb-ca"),
            "the namespace of the pool has the operator's authority",
            TimeSpan.FromSeconds(60)
        );
        var mutating = await Chart.BundleAsync("mutating");
        var validating = await Chart.BundleAsync("validating");

        await Chart.UpgradeAsync("--set=replicas=3,sidecar.image.tag=next");

        (await Chart.FieldAsync("deployment/k8slb", "{.spec.replicas}")).ShouldBe("3");
        (await Chart.FieldAsync("deployment/k8slb", "{.spec.template.spec.containers[0].env}")).ShouldContain(":next");
        (await Chart.BundleAsync("mutating")).ShouldBe(mutating, "an upgrade leaves what the operator wrote");
        (await Chart.BundleAsync("validating")).ShouldBe(validating, "an upgrade leaves what the operator wrote");

        await Chart.UninstallAsync();
        await Chart.StopOperatorAsync();

        (await Chart.NamesAsync(Kinds)).ShouldBeEmpty();
        (
            await Plane.KubectlAsync("get", "mutatingwebhookconfiguration,validatingwebhookconfiguration", "-o", "name")
        ).ShouldNotContain("k8slb", Case.Sensitive, "the operator, still running, must not bring them back");
        (await Plane.KubectlAsync("get", "bpool", "--namespace=shop", "-o", "name")).ShouldContain("shop");
        (await Chart.FieldAsync("secret/k8slb-ca", "{.metadata.name}")).ShouldBe("k8slb-ca");
        await Plane.KubectlAsync("get", "configmap", "k8slb-ca", "--namespace=shop");
        await Plane.KubectlAsync("run", "one", "--namespace=shop", "--image=none", "--restart=Never");
    }

    [Fact]
    public async Task An_authority_outlasts_the_release_that_made_it()
    {
        await Chart.InstallAsync("--set=replicas=1");
        await Chart.StartOperatorAsync();
        await Chart.OperatorIsTrustedAsync();
        var before = await Chart.BundleAsync("mutating");
        await Chart.UninstallAsync();
        await Chart.StopOperatorAsync();

        await Chart.InstallAsync("--set=replicas=1");
        await Chart.StartOperatorAsync();
        await Chart.OperatorIsTrustedAsync();

        (await Chart.BundleAsync("mutating")).ShouldBe(before);
    }
}
