using System.Diagnostics;

namespace K8sLb.Demo;

/// <summary>CRD and operator, installed as a user would: with kubectl and helm.</summary>
internal static class OperatorChart
{
    private const string Namespace = "k8slb-system";
    private const string Release = "k8slb";

    public static async Task InstallAsync(DemoCluster demo, CancellationToken cancellation)
    {
        // Not by helm: it never updates a CRD, and helm 4 insists on fields that a server before 1.25 does not know (CEL rules).
        await demo.Cluster.KubectlAsync(["apply", "--validate=false", "-f", DemoFiles.Crd], null, cancellation);
        await HelmAsync(
            demo,
            [
                "upgrade",
                "--install",
                Release,
                DemoFiles.Chart,
                "--namespace",
                Namespace,
                "--create-namespace",
                "--skip-crds",
                .. demo.HelmValues,
                "--wait",
                "--timeout=120s",
            ],
            cancellation
        );
    }

    private static async Task HelmAsync(DemoCluster demo, string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(demo.Helm, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var helm = demo.Cluster.StartClientProcess(start);
        var output = helm.StandardOutput.ReadToEndAsync(cancellation);
        var error = helm.StandardError.ReadToEndAsync(cancellation);
        await helm.WaitForExitAsync(cancellation);
        if (helm.ExitCode != 0)
        {
            throw new DemoException($"helm {string.Join(' ', arguments)}: {await error}{await output}");
        }
    }
}
