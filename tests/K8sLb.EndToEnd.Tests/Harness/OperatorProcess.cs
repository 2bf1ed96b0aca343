using System.Net;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>The operator as a process. Killed, it can be started again at the same address. Replicas name each other's.</summary>
internal sealed class OperatorProcess(RunDirectory run, string kubeconfig, IPAddress address) : IAsyncDisposable
{
    private ChildProcess? process;
    private int starts;

    /// <summary>In its certificate: that of the Service which it would have in the namespace of its Lease.</summary>
    public const string Name = "k8slb.default.svc";

    /// <summary>What the Lease calls it, beside a random part.</summary>
    public string PodName { get; } = $"operator-at-{address}";

    public void Start() =>
        process = run.Start(
            $"{PodName}-{++starts}",
            Programs.Operator,
            new Dictionary<string, string>
            {
                ["KUBECONFIG"] = kubeconfig,
                ["K8SLB_LISTEN"] = $"https://{address}:15010",
                ["K8SLB_HEALTH_LISTEN"] = $"http://{address}:15011",
                ["K8SLB_NAMESPACE"] = "default",
                ["POD_NAME"] = PodName,
                // A killed leader's Lease has to run out before the next one leads.
                ["K8SLB_LEASE_DURATION"] = "4s",
                ["K8SLB_LEASE_RENEW_DEADLINE"] = "3s",
                ["K8SLB_LEASE_RETRY_PERIOD"] = "500ms",
            }
        );

    /// <summary>kill -9.</summary>
    public Task KillAsync() => process!.KillAsync();

    /// <summary>With SIGTERM, so that it gives its Lease back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await process.TerminateAsync();
            await process.WaitForExitAsync();
        }
    }
}
