using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.Chart.Tests;

/// <summary>The chart, and a helm to try it with.</summary>
public sealed class ChartFixture : IAsyncLifetime
{
    private RunDirectory? run;
    private Helm? helm;

    public static string Folder { get; } = Path.Combine(SourceTree.Find(), "helm", "k8slb");

    public Helm Helm => helm!;

    public async Task InitializeAsync()
    {
        run = RunDirectory.Create("chart");
        helm = await Helm.FindAsync(run.Combine("helm"));
    }

    public async Task DisposeAsync()
    {
        if (run is not null)
        {
            await run.DisposeAsync();
        }
    }

    /// <summary>What the chart asks a server of this version for, in one fixed namespace.</summary>
    public Task<string> TemplateAsync(string serverVersion, params string[] arguments) =>
        Helm.RunAsync([
            "template",
            "k8slb",
            Folder,
            "--namespace=k8slb-system",
            $"--kube-version={serverVersion}",
            .. arguments,
        ]);
}
