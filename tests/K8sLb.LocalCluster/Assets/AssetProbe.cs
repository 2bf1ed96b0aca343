using System.Text.RegularExpressions;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Assets;

/// <summary>Whether a file is the program that it is named after, and which version.</summary>
public static partial class AssetProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <returns>What it is, or null if it cannot be run here: not executable, built for another machine, a
    /// wrapper for something that is not there.</returns>
    public static async Task<FoundAsset?> TryAsync(AssetSpec asset, string path, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            var result = await Command.TryAsync([path, .. asset.VersionArguments], ct: limit.Token);
            if (result.ExitCode != 0)
            {
                return null;
            }
            var version = Version().Match(result.Output + result.Error);
            return new FoundAsset(asset.Name, path, version.Success ? version.Value : "");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    [GeneratedRegex(@"v?\d+\.\d+(\.\d+)?")]
    private static partial Regex Version();
}

/// <param name="Version">As printed, "" if it prints none.</param>
public sealed record FoundAsset(string Name, string Path, string Version);
