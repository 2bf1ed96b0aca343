using System.Diagnostics;
using System.Text.Json;
using K8sLb.LocalCluster.Assets;
using Spectre.Console;

namespace K8sLb.Demo;

/// <summary>
/// K8sLb installed as docs/install.md says, and what happens to an application in a cluster every week: first without a pool, then
/// with one, the application's manifest being the same.
/// </summary>
internal static class EndToEndProgram
{
    private static string Output { get; } = Path.GetFullPath(Path.Combine(DemoFiles.Output, "..", "e2e"));

    /// <returns>Whether nothing was lost with K8sLb.</returns>
    public static async Task<bool> RunAsync(EndToEndOptions options, IDemoView view, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        view.Step(options.Cluster.CurrentCluster ? "using the cluster at hand" : "starting two Kubernetes nodes");
        await using var demo = await DemoCluster.StartAsync(options.Cluster, cancellation);
        view.Tell($"In another terminal, to watch:\n{demo.Usage}");
        try
        {
            var results = await ResultsAsync(options.Scenarios, demo, view, cancellation);
            var verdict = EndToEndVerdict.Of(results, clock.Elapsed);
            await WriteAsync(new(verdict.Passed, Math.Round(clock.Elapsed.TotalSeconds, 1), results));
            AnsiConsole.Write(EndToEndTexts.Table(results));
            view.Tell(verdict.Text);
            return verdict.Passed;
        }
        catch (Exception e) when (e is DemoException or K8sLb.LocalCluster.Processes.CommandFailedException)
        {
            throw new DemoException($"{e.Message}\n{await ClusterState.DescribeAsync(demo.Cluster)}", e);
        }
        finally
        {
            if (options.Cluster.Keep && !cancellation.IsCancellationRequested)
            {
                view.Tell(await demo.KeepAsync());
            }
        }
    }

    private static async Task<List<ScenarioResult>> ResultsAsync(
        IReadOnlyList<Scenario> scenarios,
        DemoCluster demo,
        IDemoView view,
        CancellationToken cancellation
    )
    {
        var programs = await AssetLocator.FromEnvironment().FindAsync(["kubectl", "helm"], cancellation);
        var guide = new InstallGuide(demo, programs);
        var shop = new ShopDeployment(demo);
        await FollowAsync("Install");
        await using var observer = new ShopObserver(demo.Api, ShopDeployment.Namespace);
        await observer.WaitForSyncAsync(cancellation);
        var all = scenarios.Count * 2 - scenarios.Count(s => s.K8sLbAlone);
        var results = new List<ScenarioResult>();

        await FollowAsync("An application");
        await shop.OpenNodePortsAsync(cancellation);
        await shop.ExpectSidecarsAsync(there: false, cancellation);
        await shop.ProtectAsync(cancellation);
        await AllAsync(RunKind.Baseline, scenarios.Where(s => !s.K8sLbAlone));

        await FollowAsync("Its pool");
        await shop.ExpectSidecarsAsync(there: true, cancellation);
        await FollowAsync("Watch");
        await AllAsync(RunKind.K8sLb, scenarios);
        return results;

        async Task FollowAsync(string section)
        {
            view.Step($"{InstallGuide.Path}: {section}");
            await guide.FollowAsync(section, cancellation);
        }

        async Task AllAsync(RunKind run, IEnumerable<Scenario> chosen)
        {
            foreach (var scenario in chosen)
            {
                view.Step($"{scenario.Title}, {run.Title()}");
                var result = await new ScenarioRun(demo, guide, shop, observer).RunAsync(scenario, run, cancellation);
                results.Add(result);
                view.Tell(EndToEndTexts.Result(result, results, all));
            }
        }
    }

    private static async Task WriteAsync(EndToEndSummary summary)
    {
        Directory.CreateDirectory(Output);
        await File.WriteAllTextAsync(
            Path.Combine(Output, "summary.json"),
            JsonSerializer.Serialize(summary, DemoJson.Default.EndToEndSummary) + "\n"
        );
    }
}
