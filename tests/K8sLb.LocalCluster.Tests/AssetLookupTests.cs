using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Tests;

public sealed class AssetLookupTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("k8slb-assets-");

    private string Named => Path.Combine(root.FullName, "named");

    private string OnPath => Path.Combine(root.FullName, "path");

    private string Caches => Path.Combine(root.FullName, "caches");

    private AssetFolders Folders =>
        AssetFolders.From(name =>
            name switch
            {
                "KUBEBUILDER_ASSETS" => Named,
                "PATH" => OnPath,
                "XDG_CACHE_HOME" => Caches,
                _ => null,
            }
        );

    private string Cached => Folders.CachedPrograms;

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task The_named_folder_comes_before_PATH_and_PATH_before_the_cache()
    {
        Install(Cached, "kubelet", "v1.20.2");
        (await FindAsync("kubelet")).ShouldBe(Path.Combine(Cached, "kubelet"));

        Install(OnPath, "kubelet", "v1.20.2");
        (await FindAsync("kubelet")).ShouldBe(Path.Combine(OnPath, "kubelet"));

        Install(Named, "kubelet", "v1.20.2");
        (await FindAsync("kubelet")).ShouldBe(Path.Combine(Named, "kubelet"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_run_is_passed_over()
    {
        Install(Named, "kubelet", "v1.20.2", exitCode: 1);
        Directory.CreateDirectory(OnPath);
        await File.WriteAllTextAsync(Path.Combine(OnPath, "kubelet"), "not a program");
        Install(Cached, "kubelet", "v1.20.2");

        (await FindAsync("kubelet")).ShouldBe(Path.Combine(Cached, "kubelet"));
    }

    [Fact]
    public async Task A_component_of_another_minor_version_than_the_server_is_passed_over()
    {
        Install(Named, "kube-apiserver", "v1.31.4");
        Install(OnPath, "kubelet", "v1.20.2");
        Install(Cached, "kubelet", "v1.31.0");

        (await FindAsync("kubelet")).ShouldBe(Path.Combine(Cached, "kubelet"));
    }

    [Fact]
    public async Task What_is_missing_is_named_with_the_command_that_gets_it()
    {
        Install(Named, "kube-apiserver", "v1.20.2");

        var failure = await Should.ThrowAsync<MissingAssetsException>(
            new AssetLocator(Folders).FindAsync(["kube-apiserver", "kube-controller-manager"])
        );

        failure.Message.ShouldContain("missing: kube-controller-manager (to go with kube-apiserver v1.20.2)");
        failure.Message.ShouldContain("make cluster-assets");
        failure.Message.ShouldContain(Named);
    }

    [Fact]
    public async Task A_build_that_was_not_finished_is_not_taken_for_a_program()
    {
        Install(Path.Combine(Folders.Cache, "kubernetes-build", "built"), "kubelet", "v1.20.2");
        Install(Path.Combine(Folders.Cache, "client-tools.part"), "helm", "v4.0.0");

        await Should.ThrowAsync<MissingAssetsException>(new AssetLocator(Folders).FindAsync(["kubelet"]));
        await Should.ThrowAsync<MissingAssetsException>(new AssetLocator(Folders).FindAsync(["helm"]));
    }

    [Fact]
    public async Task What_was_found_before_is_known_until_it_changes()
    {
        var program = Install(OnPath, "kubelet", "v1.20.2");
        var list = new ReadyList(Folders);
        list.Write(AssetTier.Node, [new FoundAsset("kubelet", program, "v1.20.2")]);
        list.Read().Keys.ShouldBe(["kubelet"]);

        await File.AppendAllTextAsync(program, "# changed\n");

        list.Read().ShouldBeEmpty();
    }

    [Fact]
    public void What_was_found_before_gives_way_to_a_file_in_an_earlier_folder()
    {
        var program = Install(OnPath, "kubelet", "v1.20.2");
        var list = new ReadyList(Folders);
        list.Write(AssetTier.Node, [new FoundAsset("kubelet", program, "v1.20.2")]);

        Install(Named, "kubelet", "v1.20.2");

        list.Read().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_script_returns_at_once_when_everything_is_where_it_was()
    {
        var program = Install(Named, "kube-apiserver", "v1.20.2");
        var environment = new Dictionary<string, string>
        {
            ["KUBEBUILDER_ASSETS"] = Named,
            ["XDG_CACHE_HOME"] = Caches,
            ["PATH"] = $"{OnPath}:/usr/bin:/bin",
        };
        // Stands in for the slow way, so that taking it shows.
        Install(OnPath, "dotnet", "the slow way", exitCode: 3);
        var script = Path.Combine(SourceTree.Find(), "tests", "K8sLb.LocalCluster", "scripts", "assets.sh");
        new ReadyList(AssetFolders.From(environment.GetValueOrDefault)).Write(
            AssetTier.ControlPlane,
            [new FoundAsset("kube-apiserver", program, "v1.20.2")]
        );

        var before = await Command.TryAsync([script, "control-plane"], environment: environment);
        await File.AppendAllTextAsync(program, "# changed\n");
        var after = await Command.TryAsync([script, "control-plane"], environment: environment);

        before.Output.Trim().ShouldBe("cluster assets (control-plane): all there");
        after.ExitCode.ShouldBe(3);
    }

    private async Task<string> FindAsync(string name) => (await new AssetLocator(Folders).FindAsync([name]))[name];

    private static string Install(string folder, string name, string version, int exitCode = 0)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, $"#!/bin/sh\necho {version}\nexit {exitCode}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
