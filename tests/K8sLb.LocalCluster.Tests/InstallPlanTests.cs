using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Assets.Install;

namespace K8sLb.LocalCluster.Tests;

public sealed class InstallPlanTests
{
    private static readonly MachineFacts Fresh = new(
        IsRoot: true,
        HasApt: true,
        HasGo: false,
        HasNpm: true,
        HasSource: false,
        HasPauseImage: false,
        ServerVersion: null
    );

    private static IReadOnlyList<AssetSpec> ControlPlane => [.. AssetCatalog.For(AssetTier.ControlPlane)];

    private static IReadOnlyList<AssetSpec> Node => [.. AssetCatalog.For(AssetTier.Node)];

    [Fact]
    public void Nothing_is_done_where_nothing_is_missing() =>
        InstallPlan.For([], Fresh with { HasPauseImage = true }).ShouldBeEmpty();

    [Fact]
    public void The_control_plane_builds_its_own_components_only() =>
        Titles(InstallPlan.For(ControlPlane, Fresh with { HasPauseImage = true }))
            .ShouldBe([
                "install packages: etcd-server golang-go",
                "fetch the source package kubernetes",
                "generate its API definitions",
                "build kube-apiserver",
                "build kube-controller-manager",
                "fetch kubectl and helm",
            ]);

    [Fact]
    public void A_node_gets_the_rest_from_the_same_sources() =>
        Titles(InstallPlan.For([.. Node.Except(ControlPlane)], Fresh with { HasGo = true, HasSource = true }))
            .ShouldBe([
                "install packages: conntrack containerd containernetworking-plugins iproute2 iptables runc",
                "build kube-scheduler",
                "build kubelet",
                "build kube-proxy",
                "make the image that holds pods",
            ]);

    [Fact]
    public void Without_npm_kubectl_is_built_and_helm_asked_for()
    {
        var withHelm = ControlPlane.Where(asset => asset.Name != "helm").ToList();
        Titles(InstallPlan.For(withHelm, Fresh with { HasNpm = false })).ShouldContain("build kubectl");

        Should
            .Throw<InstallationException>(() => InstallPlan.For(ControlPlane, Fresh with { HasNpm = false }))
            .Message.ShouldContain("helm is missing");
    }

    [Fact]
    public void Without_root_the_command_to_run_is_named() =>
        Should
            .Throw<InstallationException>(() => InstallPlan.For(ControlPlane, Fresh with { IsRoot = false }))
            .Message.ShouldContain("sudo apt-get install --no-install-recommends etcd-server golang-go");

    [Fact]
    public void Without_apt_the_packages_are_named() =>
        Should
            .Throw<InstallationException>(() => InstallPlan.For(ControlPlane, Fresh with { HasApt = false }))
            .Message.ShouldContain("etcd-server golang-go");

    [Fact]
    public void Nothing_is_built_that_would_not_go_with_the_server_at_hand() =>
        Should
            .Throw<InstallationException>(() =>
                InstallPlan.For([AssetCatalog.Get("kubelet")], Fresh with { ServerVersion = "v1.31.4" })
            )
            .Message.ShouldContain("kube-apiserver is v1.31.4");

    [Fact]
    public void The_estimate_follows_the_pace_of_this_machine()
    {
        var steps = InstallPlan.For(ControlPlane, Fresh);
        var usual = TimeSpan.FromSeconds(steps.Sum(step => step.Usual.TotalSeconds));
        InstallEstimate.Remaining(steps, [], TimeSpan.Zero).ShouldBe(usual);

        var slow = steps.Take(4).Select(step => step.Usual * 3).ToList();
        var left = TimeSpan.FromSeconds(steps.Skip(4).Sum(step => step.Usual.TotalSeconds));

        InstallEstimate.Remaining(steps, slow, TimeSpan.Zero).ShouldBeInRange(left * 2, left * 3);

        var overdue = steps[4].Usual * 10;
        InstallEstimate.Remaining(steps, slow, overdue).ShouldBeGreaterThan(left - steps[4].Usual + (overdue * 0.2));
    }

    private static IEnumerable<string> Titles(IEnumerable<InstallStep> steps) => steps.Select(step => step.Title);
}
