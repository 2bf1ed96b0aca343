using System.Security.Cryptography;
using System.Text;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>Files of Debian packages, unpacked beside the system instead of into it.</summary>
public sealed class DebianPackages(string cacheFolder)
{
    // apt would otherwise warn that its own user cannot write where we are.
    private static readonly string[] AptGet = ["apt-get", "-o", "APT::Sandbox::User=root"];

    private static readonly string[] PrintOrigins = [.. AptGet, "download", "--print-uris"];

    /// <summary>Downloads and unpacks them, or finds what an earlier call unpacked of the same versions.</summary>
    /// <param name="packages">Names; "a|b" where newer releases of the distribution call it b.</param>
    /// <returns>The folder, a name that changes with the packages' versions, and those.</returns>
    /// <exception cref="CommandFailedException">apt-get or dpkg are missing, or the packages are.</exception>
    public async Task<(string Folder, string Fingerprint, IReadOnlyList<DebianPackage> Packages)> UnpackAsync(
        IEnumerable<string> packages,
        CancellationToken ct
    )
    {
        var (names, origins) = await ResolveAsync([.. packages.Select(package => package.Split('|'))], ct);
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origins)))[..16];
        var folder = Path.Combine(cacheFolder, fingerprint);
        using (await FileLock.TakeAsync(folder + ".lock", ct: ct))
        {
            if (!Directory.Exists(folder))
            {
                await DownloadAsync(names, folder, ct);
            }
        }
        return (folder, fingerprint, DebianPackage.Parse(origins));
    }

    /// <returns>The names that this machine's lists know, and what apt-get says of their origins.</returns>
    private static async Task<(string[] Names, string Origins)> ResolveAsync(
        IReadOnlyList<string[]> packages,
        CancellationToken ct
    )
    {
        string[] names = [.. packages.Select(alternatives => alternatives[0])];
        string[] others = [.. packages.Select(alternatives => alternatives[^1])];
        // In container images the lists are empty.
        Func<Task>[] remedies = [() => Task.CompletedTask, () => Command.TryAsync([.. AptGet, "update"], ct: ct)];
        var origins = new CommandResult([], 0, "", "");
        foreach (var remedy in remedies)
        {
            await remedy();
            foreach (var candidates in new[] { names, others })
            {
                origins = await Command.TryAsync([.. PrintOrigins, .. candidates], ct: ct);
                if (origins.ExitCode == 0)
                {
                    return (candidates, origins.Output);
                }
            }
        }
        throw new CommandFailedException(origins);
    }

    private static async Task DownloadAsync(IEnumerable<string> names, string folder, CancellationToken ct)
    {
        var aside = folder + ".part";
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }
        var archives = Directory.CreateDirectory(Path.Combine(aside, "archives")).FullName;
        var files = Directory.CreateDirectory(Path.Combine(aside, "files")).FullName;
        await Command.RunAsync(
            ["env", "-C", archives, .. AptGet, "download", .. names],
            environment: new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" },
            ct: ct
        );
        foreach (var archive in Directory.EnumerateFiles(archives, "*.deb"))
        {
            await Command.RunAsync(["dpkg", "-x", archive, files], ct: ct);
        }
        Directory.Move(files, folder);
        Directory.Delete(aside, recursive: true);
    }
}
