using System.Runtime.InteropServices;
using System.Text.Json;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Images;
using K8sLb.LocalCluster.Processes;
using Spectre.Console;

namespace K8sLb.Demo;

/// <summary>Rolling restarts in a row, with endpoints of several latenesses, K8sLb beside other proxies in its place.</summary>
internal static class EnduranceProgram
{
    private static string Output { get; } = Path.GetFullPath(Path.Combine(DemoFiles.Output, "..", "endurance"));

    /// <returns>0 where K8sLb lost nothing; 1 where it did, or nothing could be run; 2 for bad options; 130 interrupted.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        using var interrupted = new CancellationTokenSource();
        using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        await using var view = new PlainView(Console.Out);
        try
        {
            var options = EnduranceOptions.Parse(args);
            var results = await RunAsync(options, view, interrupted.Token);
            AnsiConsole.Write(Table(results));
            return results.Any(r => r.Contender == "k8slb" && r.Load.Failed > 0) ? 1 : 0;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            view.Tell("interrupted; everything is taken down");
            return 130;
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
        catch (Exception e)
            when (e
                    is DemoException
                        or CommandFailedException
                        or MissingAssetsException
                        or PlatformNotSupportedException
                        or TimeoutException
            )
        {
            view.Tell($"it could not be run: {e.Message}");
            return 1;
        }

        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }
    }

    private static async Task<List<EnduranceResult>> RunAsync(
        EnduranceOptions options,
        PlainView view,
        CancellationToken cancellation
    )
    {
        var images = new List<string>();
        foreach (var other in options.Against.Where(c => c.Program is not null))
        {
            var archive = Path.Combine(Output, $"{other.Name}.tar");
            images.Add(
                await MachineProgramImage.BuildAsync(
                    other.Program!,
                    other.Image!,
                    archive,
                    AssetFolders.FromEnvironment(),
                    cancellation
                )
            );
        }
        var results = new List<EnduranceResult>();
        foreach (var lag in options.Lags)
        {
            view.Step($"starting a Kubernetes node whose endpoints are {lag} s late");
            var cluster = new DemoOptions { EndpointLag = TimeSpan.FromSeconds(lag), MoreImages = images };
            await using var demo = await DemoCluster.StartAsync(cluster, cancellation);
            var operatorAddress = await OperatorChart.InstallAsync(demo, cancellation);
            await using var observer = new ShopObserver(demo.Api, "default");
            await observer.WaitForSyncAsync(cancellation);
            foreach (var contender in options.Against)
            {
                view.Step($"{contender.Name}, endpoints {lag} s late");
                var shop = new ShopDeployment(demo);
                await shop.DeployAsync(contender.Manifests, contender.Values(options, operatorAddress), cancellation);
                var (load, seconds) = await new EnduranceRun(shop, observer, view).RunAsync(options, cancellation);
                results.Add(
                    new()
                    {
                        Contender = contender.Name,
                        EndpointLagSeconds = lag,
                        RestartSeconds = seconds,
                        Load = RunSummary.Of(load),
                        Failures = load.Failures,
                    }
                );
                await WriteAsync(results);
                await shop.RemoveAsync(cancellation);
            }
        }
        return results;
    }

    private static async Task WriteAsync(List<EnduranceResult> results)
    {
        Directory.CreateDirectory(Output);
        await File.WriteAllTextAsync(
            Path.Combine(Output, "summary.json"),
            JsonSerializer.Serialize(results, DemoJson.Default.ListEnduranceResult) + "\n"
        );
    }

    private static Table Table(List<EnduranceResult> results)
    {
        var table = new Table().AddColumns(
            "in front",
            "endpoints late",
            "requests",
            "failed",
            "told politely",
            "cut",
            "p99",
            "a restart"
        );
        foreach (var r in results)
        {
            table.AddRow(
                r.Contender,
                $"{r.EndpointLagSeconds} s",
                $"{r.Load.Requests}",
                $"{r.Load.Failed}",
                $"{r.Load.ReleasedPolitely}",
                $"{r.Load.Cut}",
                $"{r.Load.P99Ms:0} ms",
                $"{r.RestartSeconds.Average():0} s"
            );
        }
        return table;
    }
}
