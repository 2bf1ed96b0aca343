using System.Diagnostics;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.LocalCluster.Tests;

[Collection(nameof(ControlPlane))]
public sealed class CleanUpTests
{
    [Fact]
    public async Task Kill_9_of_its_owner_takes_the_whole_control_plane_along()
    {
        using var owner = LocalClusterProgram.Start("control-plane");
        var folder = await LocalClusterProgram.RunDirectoryAsync(owner);
        LocalClusterProgram.ProcessesOf(folder).Count.ShouldBe(2, "etcd and kube-apiserver");

        owner.Kill();

        await GoneAsync(folder);
    }

    [Fact]
    public async Task An_owner_that_is_told_to_end_takes_it_along_too()
    {
        using var owner = LocalClusterProgram.Start("control-plane");
        var folder = await LocalClusterProgram.RunDirectoryAsync(owner);

        // Not SIGINT: where a shell runs the tests in the background, they and their children ignore it (POSIX, "sh", 2.11).
        using var kill = Process.Start("kill", ["-TERM", $"{owner.Id}"]);

        await owner.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await GoneAsync(folder);
    }

    [Fact]
    public async Task A_failed_start_leaves_nothing_behind()
    {
        var options = new ControlPlaneOptions { ApiServerArguments = ["--no-such-flag"] };

        var failure = await Should.ThrowAsync<InvalidOperationException>(ControlPlane.StartAsync(options));

        failure.Message.ShouldContain("unknown flag: --no-such-flag");
        LocalClusterProgram.ClusterProcessesStartedBy(Environment.ProcessId).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_detached_folder_stays_until_it_is_released()
    {
        var run = RunDirectory.Create("test", 0);
        var child = run.Start("sleeper", ["sleep", "600"]);
        await run.DetachAsync();
        await run.DisposeAsync();

        child.HasExited.ShouldBeFalse();
        RunDirectory.Detached().ShouldContain(run.Path);
        await RunDirectory.ReleaseAsync(run.Path);

        await GoneAsync(run.Path);
    }

    [Fact]
    public async Task A_grandchild_that_left_its_session_ends_with_the_folder()
    {
        var run = RunDirectory.Create("test", 0);
        run.Start("parent", ["sh", "-c", "setsid sleep 600 & setsid sleep 600 & exit 0"]);
        await Eventually.IsTrue(() => LocalClusterProgram.ProcessesOf(run.Path).Count == 2, "both grandchildren run");

        await run.DisposeAsync();

        await GoneAsync(run.Path);
    }

    [Fact]
    public async Task A_folder_that_is_no_cluster_is_not_touched()
    {
        var other = Directory.CreateTempSubdirectory("k8slb-").FullName;

        (await Should.ThrowAsync<ArgumentException>(RunDirectory.ReleaseAsync(other))).Message.ShouldContain(other);

        Directory.Exists(other).ShouldBeTrue();
        Directory.Delete(other);
    }

    private static async Task GoneAsync(string folder)
    {
        await Eventually.IsTrue(() => !Directory.Exists(folder), $"{folder} is removed");
        LocalClusterProgram.ProcessesOf(folder).ShouldBeEmpty();
    }
}
