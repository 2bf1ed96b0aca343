using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>The operator as people run it: a process of its own.</summary>
internal sealed partial class OperatorProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process process;
    private readonly StringBuilder output = new();

    private OperatorProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Collect(line.Data);
        process.ErrorDataReceived += (_, line) => Collect(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where sidecars reach it.</summary>
    public Uri Hub { get; private set; } = new("http://127.0.0.1:9");

    /// <summary>Where it is asked how it is; null where it was not waited for.</summary>
    public Uri? Health { get; private set; }

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Starts it for this world, and points the world's sidecars to it.</summary>
    public static async Task<OperatorProcess> StartAsync(
        OperatorCluster cluster,
        PoolWorld world,
        string? kubeconfig = null,
        params (string Name, string Value)[] environment
    )
    {
        var ports = FreePorts.Take(2);
        var (scheme, authentication) = world.IsSecure ? ("https", "TokenReview") : ("http", "None");
        var hub = string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{ports[0]}");
        var health = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports[1]}");
        var started = Start(
            kubeconfig ?? cluster.ControlPlane.KubeconfigPath,
            [
                ("K8SLB_LISTEN", hub),
                ("K8SLB_AUTHENTICATION", authentication),
                ("K8SLB_HEALTH_LISTEN", health),
                ("K8SLB_NAMESPACE", world.Namespace),
                ("K8SLB_LEASE_DURATION", "5s"),
                ("K8SLB_LEASE_RENEW_DEADLINE", "4s"),
                ("K8SLB_LEASE_RETRY_PERIOD", "250ms"),
                .. environment,
            ]
        );
        using var http = new HttpClient();
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    return await http.GetStringAsync($"{health}/readyz") == "ok";
                }
                catch (HttpRequestException)
                {
                    return started.process.HasExited ? throw new InvalidOperationException(started.Output) : false;
                }
            },
            "the operator is ready"
        );
        world.Hub = started.Hub = new Uri(hub);
        started.Health = new Uri(health);
        return started;
    }

    public static OperatorProcess Start(string kubeconfig, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", Path.Combine(AppContext.BaseDirectory, "K8sLb.Operator.dll"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KUBECONFIG"] = kubeconfig },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        return new OperatorProcess(Process.Start(start)!);
    }

    public void Kill() => process.Kill();

    /// <summary>As a machine does that is suspended: nothing of it runs, and nobody is told.</summary>
    public void Stop() => _ = SendSignal(process.Id, SigStop);

    public void GoOn() => _ = SendSignal(process.Id, SigCont);

    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        _ = SendSignal(process.Id, SigTerm);
        return await WaitAsync();
    }

    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Collect(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
