using System.Diagnostics;
using System.Globalization;

namespace K8sLb.LocalCluster.Tests;

/// <summary>The program under test as a process of its own, to be interrupted or killed.</summary>
internal static class LocalClusterProgram
{
    public static Process Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ControlPlane).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>Waits for the line that says it is up.</summary>
    /// <returns>The folder of the cluster.</returns>
    public static async Task<string> RunDirectoryAsync(Process program)
    {
        const string Announcement = "export KUBECONFIG=";
        while (await program.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                return Path.GetDirectoryName(Path.GetDirectoryName(line[Announcement.Length..]))!;
            }
        }
        throw new InvalidOperationException("it ended without a cluster");
    }

    /// <summary>Processes that belong to the cluster in that folder.</summary>
    public static IReadOnlyList<int> ProcessesOf(string runDirectory) =>
        [.. Processes().Where(id => ReadQuietly($"/proc/{id}/environ").Contains($"K8SLB_RUN={runDirectory}\0"))];

    /// <summary>Processes of any cluster that this process is the parent of.</summary>
    public static IReadOnlyList<int> ClusterProcessesStartedBy(int parent) =>
        [
            .. Processes()
                .Where(id => ReadQuietly($"/proc/{id}/status").Contains($"\nPPid:\t{parent}\n"))
                .Where(id => ReadQuietly($"/proc/{id}/environ").Contains("K8SLB_RUN=")),
        ];

    private static IEnumerable<int> Processes() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    private static string ReadQuietly(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It ended meanwhile, or is somebody else's.
        }
    }
}
