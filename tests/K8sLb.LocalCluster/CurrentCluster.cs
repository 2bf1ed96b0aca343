using System.Diagnostics;
using K8sLb.LocalCluster.Assets;

namespace K8sLb.LocalCluster;

/// <summary>The cluster of the kubeconfig at hand: kind, or any other. Only what was asked for is changed in it.</summary>
public sealed class CurrentCluster : ICluster
{
    private readonly Kubectl kubectl;
    private readonly string cache;
    private readonly List<Process> clients = [];

    private CurrentCluster(string kubeconfig, string program)
    {
        KubeconfigPath = kubeconfig;
        cache = Directory.CreateTempSubdirectory("k8slb-kubectl-").FullName;
        kubectl = new Kubectl(program, kubeconfig, cache);
    }

    /// <summary>KUBECONFIG, which may be a list, or ~/.kube/config.</summary>
    public string KubeconfigPath { get; }

    /// <exception cref="FileNotFoundException">There is no kubeconfig.</exception>
    /// <exception cref="MissingAssetsException">There is no kubectl.</exception>
    public static async Task<CurrentCluster> OpenAsync(CancellationToken ct = default)
    {
        var named = Environment.GetEnvironmentVariable("KUBECONFIG");
        var usual = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
        var kubeconfig = string.IsNullOrEmpty(named) ? usual : named;
        if (!kubeconfig.Split(Path.PathSeparator).Any(File.Exists))
        {
            throw new FileNotFoundException(
                $"CLUSTER=current uses the kubeconfig at hand, but there is none: neither KUBECONFIG ({named ?? "not set"}) "
                    + $"nor {usual} names a file"
            );
        }
        var assets = await AssetLocator.FromEnvironment().FindAsync(["kubectl"], ct);
        return new CurrentCluster(kubeconfig, assets["kubectl"]);
    }

    public Task<string> KubectlAsync(
        IEnumerable<string> arguments,
        string? input = null,
        CancellationToken ct = default
    ) => kubectl.RunAsync(arguments, input, ct);

    /// <summary>Starts it here: whether pods and Services can be reached from this machine is the cluster's affair.</summary>
    public Process StartClientProcess(ProcessStartInfo start)
    {
        start.Environment["KUBECONFIG"] = KubeconfigPath;
        var process = Process.Start(start)!;
        clients.Add(process);
        return process;
    }

    public Task<Process> StartOutsideAsync(ProcessStartInfo start, CancellationToken ct = default) =>
        Task.FromResult(StartClientProcess(start));

    public ValueTask DisposeAsync()
    {
        foreach (var client in clients.Where(IsRunning))
        {
            client.Kill(entireProcessTree: true);
        }
        Directory.Delete(cache, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static bool IsRunning(Process client)
    {
        try
        {
            return !client.HasExited;
        }
        catch (InvalidOperationException)
        {
            return false; // Its owner has disposed of it.
        }
    }
}
