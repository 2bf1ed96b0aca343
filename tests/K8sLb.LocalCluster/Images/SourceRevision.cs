using System.Globalization;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>The commit that last changed some sources.</summary>
/// <param name="Commit">With "-dirty" behind where they differ from it; empty where there is no git, or no commit of them.</param>
/// <param name="Time">The commit's; null where there is none.</param>
public sealed record SourceRevision(string Commit, DateTimeOffset? Time)
{
    public static SourceRevision None { get; } = new("", null);

    /// <param name="paths">Those sources alone, so that an image stays the same when others change.</param>
    public static async Task<SourceRevision> FindAsync(string tree, IEnumerable<string> paths, CancellationToken ct)
    {
        string[] git = ["git", "-C", tree];
        string[] only = ["--", .. paths];
        var commit = await Command.TryAsync([.. git, "log", "-1", "--format=%H %ct", .. only], ct: ct);
        if (commit.ExitCode != 0 || commit.Output.Trim().Split(' ') is not [var hash, var seconds])
        {
            return None;
        }
        var changes = await Command.RunAsync([.. git, "status", "--porcelain", .. only], ct: ct);
        return new SourceRevision(
            changes.Length == 0 ? hash : $"{hash}-dirty",
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture))
        );
    }
}
