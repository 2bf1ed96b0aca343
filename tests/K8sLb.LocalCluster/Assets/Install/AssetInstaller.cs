using System.Diagnostics;
using K8sLb.LocalCluster.Images;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Assets.Install;

/// <summary>Gets what a tier lacks. What is there under its final name is whole; two at once take turns.</summary>
public sealed class AssetInstaller(AssetFolders folders, TextWriter output)
{
    private readonly AssetLocator locator = new(folders);

    /// <returns>Every program of the tier.</returns>
    /// <exception cref="InstallationException">This machine cannot get it.</exception>
    /// <exception cref="CommandFailedException">A step failed; what it had finished stays.</exception>
    public async Task<IReadOnlyList<FoundAsset>> InstallAsync(AssetTier tier, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var lockFile = Path.Combine(folders.Cache, "install.lock");
        using var turn = await FileLock.TakeAsync(
            lockFile,
            () => output.WriteLine("waiting for another installation"),
            ct
        );
        var wanted = AssetCatalog.For(tier).ToList();
        var search = await locator.SearchAsync(wanted, ct);
        var runner = new InstallRunner(folders);
        var steps = InstallPlan.For(search.Missing, MachineFactsFor(tier, search, runner));
        await new InstallProgress(output).RunAsync(steps, runner.RunAsync, ct);
        search = await locator.SearchAsync(wanted, ct);
        if (search.Missing.Count > 0)
        {
            throw new MissingAssetsException(search.Missing, folders, search.ServerVersion);
        }
        new ReadyList(folders).Write(tier, search.Found);
        runner.RemoveBuildFolderIfAllIsBuilt();
        output.WriteLine($"all there after {InstallProgress.Text(clock.Elapsed)}");
        return search.Found;
    }

    private MachineFacts MachineFactsFor(AssetTier tier, AssetSearch search, InstallRunner runner)
    {
        bool OnPath(string name) => folders.Path.Any(folder => File.Exists(Path.Combine(folder, name)));
        return new MachineFacts(
            Environment.IsPrivilegedProcess,
            OnPath("apt-get"),
            OnPath("go"),
            OnPath("npm"),
            runner.HasSource,
            tier < AssetTier.Node || File.Exists(PauseImage.ArchivePath(folders)),
            search.ServerVersion
        );
    }
}
