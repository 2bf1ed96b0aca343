using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Outer;

/// <summary>The distribution's HAProxy in front of a pool's members, and what it says of them on its stats socket.</summary>
internal sealed class HaproxyProcess : IAsyncDisposable
{
    private const int FrontPort = 8000;
    private static readonly Lazy<Task<string>> Program = new(FindAsync);
    private readonly Process process;
    private readonly DirectoryInfo folder;

    private HaproxyProcess(Process process, DirectoryInfo folder, IPEndPoint front) =>
        (this.process, this.folder, Front) = (process, folder, front);

    public IPEndPoint Front { get; }

    private string StatsSocket => Path.Combine(folder.FullName, "stats");

    /// <param name="server">What a member's <c>server</c> line says beside its address.</param>
    /// <param name="backend">Further lines of the backend.</param>
    public static async Task<HaproxyProcess> StartAsync(
        TestPool pool,
        Func<TestMember, string> server,
        string backend = ""
    )
    {
        var folder = Directory.CreateTempSubdirectory("k8slb-haproxy-test-");
        var front = new IPEndPoint(LoopbackAddress.Next(), FrontPort);
        var config = $"""
            global
              stats socket {Path.Combine(folder.FullName, "stats")} mode 600 level admin
            defaults
              mode http
              timeout connect 5s
              timeout client 30s
              timeout server 30s
            frontend front
              bind {front}
              default_backend pool
            backend pool
              balance roundrobin
              {backend}
              {string.Join("\n  ", pool.Members.Select(m => $"server {m.Name} {m.Http} {server(m)}"))}

            """;
        var file = Path.Combine(folder.FullName, "haproxy.cfg");
        await File.WriteAllTextAsync(file, config);
        var process = Process.Start(new ProcessStartInfo(await Program.Value, ["-db", "-f", file]))!;
        var haproxy = new HaproxyProcess(process, folder, front);
        await Eventually.IsTrue(() => File.Exists(haproxy.StatsSocket) || process.HasExited, "it has begun");
        process.HasExited.ShouldBeFalse();
        return haproxy;
    }

    /// <summary>Waits until it says so of a member.</summary>
    /// <param name="status">As in <c>show stat</c>, without what stands behind it.</param>
    public Task UntilAsync(string member, string status, int? weight = null) =>
        Eventually.IsTrue(
            async () =>
            {
                var (seen, by) = await StandingAsync(member);
                return seen.StartsWith(status, StringComparison.Ordinal) && (weight ?? by) == by;
            },
            $"{member} is {status} with weight {weight}"
        );

    public async Task<(string Status, int Weight)> StandingAsync(string member)
    {
        var lines = (await AskAsync("show stat")).Split('\n');
        var names = lines[0].TrimStart('#', ' ').Split(',');
        var fields = lines.Select(l => l.Split(',')).Single(f => f is ["pool", var name, ..] && name == member);
        return (
            fields[Array.IndexOf(names, "status")],
            int.Parse(fields[Array.IndexOf(names, "weight")], System.Globalization.CultureInfo.InvariantCulture)
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task<string> AskAsync(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(StatsSocket));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{command}\n"));
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync();
    }

    private static async Task<string> FindAsync()
    {
        var script = Path.Combine(Folder(), "..", "..", "..", "scripts", "haproxy.sh");
        using var find = Process.Start(
            new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var errors = find.StandardError.ReadToEndAsync();
        var path = await find.StandardOutput.ReadToEndAsync();
        await find.WaitForExitAsync();
        find.ExitCode.ShouldBe(0, await errors);
        return path.Trim();
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
