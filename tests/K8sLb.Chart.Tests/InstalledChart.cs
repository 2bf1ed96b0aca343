using System.Text.Json.Nodes;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.Chart.Tests;

/// <summary>A release of the chart on a real API server, and the operator that it describes, as a process that ends with its folder.</summary>
internal sealed class InstalledChart(ControlPlane plane, Helm helm, RunDirectory run)
{
    public const string Release = "k8slb";
    public const string Namespace = "k8slb-system";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private ChildProcess? process;

    public Task<string> InstallAsync(params string[] settings) =>
        helm.RunAsync(
            [
                "install",
                Release,
                ChartFixture.Folder,
                $"--namespace={Namespace}",
                "--create-namespace",
                // helm 4 insists on fields of the definition that a server before 1.25 does not know.
                "--skip-crds",
                .. settings,
            ],
            plane
        );

    public Task<string> UpgradeAsync(params string[] settings) =>
        helm.RunAsync(
            ["upgrade", Release, ChartFixture.Folder, $"--namespace={Namespace}", "--skip-crds", .. settings],
            plane
        );

    public Task<string> UninstallAsync() => helm.RunAsync(["uninstall", Release, $"--namespace={Namespace}"], plane);

    /// <summary>Starts it with the environment of the chart's Deployment and the rights of the chart's ServiceAccount.</summary>
    public async Task StartOperatorAsync()
    {
        var environment = await EnvironmentAsync();
        var ports = FreePorts.Take(3);
        environment["K8SLB_LISTEN"] = $"https://127.0.0.1:{ports[0]}";
        environment["K8SLB_HEALTH_LISTEN"] = $"http://127.0.0.1:{ports[1]}";
        environment["K8SLB_WEBHOOK_LISTEN"] = $"https://127.0.0.1:{ports[2]}";
        environment["KUBECONFIG"] = plane.WriteKubeconfig(
            $"system:serviceaccount:{Namespace}:{Release}",
            "system:serviceaccounts",
            $"system:serviceaccounts:{Namespace}"
        );
        process = run.Start(
            "operator",
            ["dotnet", Path.Combine(AppContext.BaseDirectory, "K8sLb.Operator.dll")],
            environment
        );
    }

    /// <summary>With SIGTERM, as a kubelet does when the Deployment is gone.</summary>
    public async Task StopOperatorAsync()
    {
        await process!.TerminateAsync();
        await process.WaitForExitAsync();
    }

    /// <returns>The objects of this kind that carry the release's label, by name.</returns>
    public async Task<IReadOnlyList<string>> NamesAsync(string kinds)
    {
        var found = await plane.KubectlAsync(
            "get",
            kinds,
            "--all-namespaces",
            $"--selector=app.kubernetes.io/instance={Release}",
            "-o",
            "name"
        );
        return found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <returns>A field of an object in the chart's namespace; empty where it is not set.</returns>
    public Task<string> FieldAsync(string name, string path) =>
        plane.KubectlAsync("get", name, $"--namespace={Namespace}", "-o", $"jsonpath={path}");

    /// <summary>Returns when the operator has told the API server, for both webhooks, how to know it.</summary>
    public Task OperatorIsTrustedAsync() =>
        Eventually.IsTrue(
            async () =>
            {
                process!.ThrowIfExited();
                return (await BundleAsync("mutating")).Length > 0 && (await BundleAsync("validating")).Length > 0;
            },
            "both webhooks name the operator's authority",
            Patience
        );

    public Task<string> BundleAsync(string kind) =>
        FieldAsync($"{kind}webhookconfiguration/{Release}", "{.webhooks[0].clientConfig.caBundle}");

    private async Task<Dictionary<string, string>> EnvironmentAsync()
    {
        var list = JsonNode.Parse(
            await FieldAsync($"deployment/{Release}", "{.spec.template.spec.containers[0].env}")
        )!;
        return list.AsArray()
            .ToDictionary(
                variable => variable!["name"]!.GetValue<string>(),
                variable =>
                    variable!["value"]?.GetValue<string>()
                    ?? (
                        variable["valueFrom"]!["fieldRef"]!["fieldPath"]!.GetValue<string>() == "metadata.namespace"
                            ? Namespace
                            : $"{Release}-0"
                    )
            );
    }
}
