using System.Reflection;
using K8sLb.LocalCluster.Images;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Assets.Install;

/// <summary>Does the steps of a plan.</summary>
internal sealed class InstallRunner(AssetFolders folders)
{
    private static readonly Dictionary<string, string> Unattended = new() { ["DEBIAN_FRONTEND"] = "noninteractive" };

    // Sources and Go's cache: what one component compiled, the next one need not.
    private readonly string work = Path.Combine(folders.Cache, "kubernetes-build");

    /// <summary>The file that is generated last, and moved into its place, is there.</summary>
    public bool HasSource =>
        File.Exists(Path.Combine(work, "gopath/src/k8s.io/kubernetes/pkg/generated/openapi/zz_generated.openapi.go"));

    public Task RunAsync(InstallStep step, CancellationToken ct) =>
        step switch
        {
            InstallStep.Packages packages => InstallPackagesAsync(packages.Names, ct),
            InstallStep.KubernetesSource => BuildKubernetesAsync(["source", work], ct),
            InstallStep.KubernetesDefinitions => BuildKubernetesAsync(["definitions", work], ct),
            InstallStep.KubernetesComponent component => BuildKubernetesAsync(
                ["component", work, folders.CachedPrograms, component.Name],
                ct
            ),
            InstallStep.ClientTools tools => ClientToolsPackage.FetchAsync(tools.Names, folders, ct),
            InstallStep.PauseImage => PauseImage.EnsureAsync(folders, ct),
            _ => throw new InvalidOperationException($"nobody does '{step.Title}'"),
        };

    public void RemoveBuildFolderIfAllIsBuilt()
    {
        var built = AssetCatalog.All.Where(asset => asset.Source is AssetSource.KubernetesBuild);
        if (Directory.Exists(work) && built.All(asset => File.Exists(Path.Combine(folders.CachedPrograms, asset.Name))))
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task InstallPackagesAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        string[] install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", .. names];
        if ((await Command.TryAsync(install, environment: Unattended, ct: ct)).ExitCode != 0)
        {
            // The lists may be empty, as in container images, or older than what the mirrors have.
            await Command.RunAsync(["apt-get", "update", "--quiet"], environment: Unattended, ct: ct);
            await Command.RunAsync(install, environment: Unattended, ct: ct);
        }
    }

    private async Task BuildKubernetesAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        using var source = Assembly.GetExecutingAssembly().GetManifestResourceStream("build-kubernetes.sh")!;
        using var reader = new StreamReader(source);
        Directory.CreateDirectory(work);
        var script = Path.Combine(work, "build-kubernetes.sh");
        await File.WriteAllTextAsync(script, await reader.ReadToEndAsync(ct), ct);
        await Command.RunAsync(["bash", script, .. arguments], ct: ct);
    }
}
