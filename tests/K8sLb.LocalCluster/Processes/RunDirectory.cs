using System.Diagnostics;
using System.Reflection;

namespace K8sLb.LocalCluster.Processes;

/// <summary>
/// A private folder together with every process started for it. All of it is gone after <see cref="DisposeAsync"/>, and
/// also after this program died in whatever way: a small script (scripts/keeper.sh) watches a pipe that only this
/// program holds open, and cleans up at its end.
/// </summary>
/// <remarks>
/// PR_SET_PDEATHSIG would be no substitute: it fires when the *thread* that started the child ends, and threads of .NET's
/// pool come and go.
/// </remarks>
public sealed class RunDirectory : IAsyncDisposable
{
    private const string Prefix = "k8slb-";

    // Not below /run, /var/lib or /var/log, which a node hides. TMPDIR could be.
    private static readonly string[] Roots = ["/dev/shm", "/var/tmp"];
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(90);

    private readonly Process keeper;
    private bool left;

    private RunDirectory(string path, Process keeper)
    {
        Path = path;
        this.keeper = keeper;
    }

    public string Path { get; }

    /// <param name="purpose">A word for the folder's name.</param>
    /// <param name="bytesWanted">Memory-backed storage, where etcd's fsync costs nothing, is taken only if it has that
    /// much room.</param>
    public static RunDirectory Create(string purpose, long bytesWanted = 512L << 20)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("a local cluster needs Linux (/proc, setsid, flock)");
        }
        var root = Root(bytesWanted);
        RemoveAbandoned(root);
        var path = System.IO.Path.Combine(root, $"{Prefix}{purpose}-{Guid.NewGuid().ToString("N")[..8]}");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new RunDirectory(path, StartKeeper(path));
    }

    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Starts a process in a session of its own; its output goes to NAME.log in this folder.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The shell is missing.</exception>
    public ChildProcess Start(
        string name,
        IEnumerable<string> command,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var log = Combine($"{name}.log");
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", """exec setsid "$@" >>"$0" 2>&1 </dev/null""", log, .. command]
        );
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }
        Mark(start);
        return new ChildProcess(name, Process.Start(start)!, log);
    }

    /// <summary>Makes a process that the caller starts belong to this folder, so that it ends with it.</summary>
    public void Mark(ProcessStartInfo start) => start.Environment["K8SLB_RUN"] = Path;

    /// <summary>Leaves everything running when this program ends; <see cref="ReleaseAsync"/> ends it later.</summary>
    public async Task DetachAsync()
    {
        left = true;
        await keeper.StandardInput.WriteLineAsync("detach");
        await keeper.StandardInput.FlushAsync();
        await FileArrival.WaitAsync(Combine("control"), keeper.WaitForExitAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (left)
        {
            keeper.Dispose();
            return;
        }
        left = true;
        keeper.StandardInput.Close();
        using var limit = new CancellationTokenSource(ReleaseLimit);
        await keeper.WaitForExitAsync(limit.Token);
        keeper.Dispose();
        ThrowIfThere(Path);
    }

    /// <summary>Ends a folder that was detached, or whose owner and keeper have both died.</summary>
    /// <exception cref="ArgumentException">It is no such folder.</exception>
    /// <exception cref="InvalidOperationException">Something could not be removed; the message says what.</exception>
    public static async Task ReleaseAsync(string path)
    {
        path = System.IO.Path.GetFullPath(path).TrimEnd('/');
        if (
            !Roots.Any(root => path.StartsWith($"{root}/{Prefix}", StringComparison.Ordinal)) || !Directory.Exists(path)
        )
        {
            throw new ArgumentException($"'{path}' is not the folder of a cluster: there are {Listed()}", nameof(path));
        }
        using (var again = StartKeeper(path))
        {
            // Ends at once when another keeper holds the lock.
            again.StandardInput.Close();
            await again.WaitForExitAsync();
        }
        var control = System.IO.Path.Combine(path, "control");
        if (!File.Exists(control))
        {
            ThrowIfThere(path);
            return;
        }
        await FolderRemoval.WaitAsync(path, () => File.WriteAllText(control, "release\n"), ReleaseLimit);
        ThrowIfThere(path);
    }

    /// <summary>The folders that were left running.</summary>
    public static IReadOnlyList<string> Detached() =>
        [
            .. Roots
                .SelectMany(root => Directory.EnumerateDirectories(root, Prefix + "*"))
                .Where(path => File.Exists(System.IO.Path.Combine(path, "control"))),
        ];

    private static string Listed() => Detached() is { Count: > 0 } folders ? string.Join(", ", folders) : "none";

    private static Process StartKeeper(string path)
    {
        using var source = Assembly.GetExecutingAssembly().GetManifestResourceStream("keeper.sh")!;
        using var reader = new StreamReader(source);
        var start = new ProcessStartInfo("setsid", ["bash", "-c", "eval \"$K8SLB_KEEPER\"", "keeper.sh", path])
        {
            RedirectStandardInput = true,
        };
        start.Environment["K8SLB_KEEPER"] = reader.ReadToEnd();
        // A cluster started from within another one's process belongs to itself.
        start.Environment.Remove("K8SLB_RUN");
        return Process.Start(start)!;
    }

    private static string Root(long bytesWanted) =>
        Roots.First(root =>
            root == Roots[^1] || (Directory.Exists(root) && new DriveInfo(root).AvailableFreeSpace >= bytesWanted)
        );

    /// <summary>Folders whose keeper died too, as after kill -9 of everything: it takes another run to notice.</summary>
    private static void RemoveAbandoned(string root)
    {
        var old = DateTime.UtcNow - TimeSpan.FromMinutes(1);
        foreach (var path in Directory.EnumerateDirectories(root, Prefix + "*"))
        {
            if (Directory.GetCreationTimeUtc(path) < old)
            {
                using var keeper = StartKeeper(path);
                keeper.StandardInput.Close();
            }
        }
    }

    private static void ThrowIfThere(string path)
    {
        if (Directory.Exists(path))
        {
            var log = System.IO.Path.Combine(path, "keeper.log");
            throw new InvalidOperationException(
                $"{path} could not be removed: {(File.Exists(log) ? File.ReadAllText(log).Trim() : "no log")}"
            );
        }
    }
}
