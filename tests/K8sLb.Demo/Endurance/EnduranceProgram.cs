using System.Text.Json;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Images;
using Spectre.Console;

namespace K8sLb.Demo;

/// <summary>Rolling restarts in a row, with endpoints of several latenesses, K8sLb beside other proxies in its place.</summary>
internal static class EnduranceProgram
{
    private static string Output { get; } = Path.GetFullPath(Path.Combine(DemoFiles.Output, "..", "endurance"));

    /// <returns>Whether K8sLb lost nothing, and kept to its pace.</returns>
    public static async Task<bool> RunAsync(EnduranceOptions options, IDemoView view, CancellationToken cancellation)
    {
        var results = await ResultsAsync(options, view, cancellation);
        AnsiConsole.Write(EnduranceTexts.Table(results));
        var verdict = EnduranceVerdict.Of(results);
        view.Tell(verdict.Passed ? "Passed." : $"Not passed:\n{string.Join('\n', verdict.Faults)}");
        return verdict.Passed;
    }

    private static async Task<List<EnduranceResult>> ResultsAsync(
        EnduranceOptions options,
        IDemoView view,
        CancellationToken cancellation
    )
    {
        var images = await ImagesAsync(options, cancellation);
        var results = new List<EnduranceResult>();
        foreach (var lag in options.Lags)
        {
            view.Step($"starting a Kubernetes node whose endpoints are {lag} s late");
            var cluster = new DemoOptions { EndpointLag = TimeSpan.FromSeconds(lag), MoreImages = images };
            await using var demo = await DemoCluster.StartAsync(cluster, cancellation);
            await OperatorChart.InstallAsync(demo, cancellation);
            await using var observer = new ShopObserver(demo.Api, ShopDeployment.Namespace);
            await observer.WaitForSyncAsync(cancellation);
            foreach (var contender in options.Against)
            {
                view.Step($"{contender.Name}, endpoints {lag} s late");
                var shop = new ShopDeployment(demo);
                if (contender.Pool is { } pool)
                {
                    await shop.PoolAsync(pool, cancellation, options.ReleaseRate);
                }
                await shop.DeployAsync([contender.Manifest], cancellation, options.Size);
                await shop.ExpectSidecarsAsync(contender.Pool is not null, cancellation);
                var before = await LoadAverage.NowAsync(cancellation);
                var timeBefore = await ProcessorTime.NowAsync(cancellation);
                var (load, seconds) = await new EnduranceRun(shop, observer, view).RunAsync(options, cancellation);
                var result = new EnduranceResult
                {
                    Contender = contender.Name,
                    EndpointLagSeconds = lag,
                    RestartSeconds = seconds,
                    Load = RunSummary.Of(load),
                    FailuresByClass = load
                        .Classes.Where(c => c.Value.Failed > 0)
                        .ToDictionary(c => c.Key, c => c.Value.FailuresByKind),
                    Failures = load.Failures,
                    Moves = load.Moves,
                    ReleaseRate = contender.Name == Contender.K8sLb ? options.ReleaseRate : null,
                    LoadAverageBefore = before,
                    LoadAverageAfter = await LoadAverage.NowAsync(cancellation),
                    StolenPercent = (await ProcessorTime.NowAsync(cancellation)).StolenPercentSince(timeBefore),
                };
                view.Tell(EnduranceTexts.Account(result));
                results.Add(result);
                await WriteAsync(results);
                await shop.RemoveAsync(cancellation);
                await shop.RemovePoolAsync(cancellation);
            }
        }
        return results;
    }

    /// <summary>Of the proxies that this machine has.</summary>
    private static async Task<List<string>> ImagesAsync(EnduranceOptions options, CancellationToken cancellation)
    {
        var images = new List<string>();
        foreach (var other in options.Against.Where(c => c.Program is not null))
        {
            var archive = Path.Combine(Output, $"{other.Name}.tar");
            var assets = AssetFolders.FromEnvironment();
            images.Add(
                await MachineProgramImage.BuildAsync(other.Program!, other.Image!, archive, assets, cancellation)
            );
        }
        return images;
    }

    private static async Task WriteAsync(List<EnduranceResult> results)
    {
        Directory.CreateDirectory(Output);
        await File.WriteAllTextAsync(
            Path.Combine(Output, "summary.json"),
            JsonSerializer.Serialize(results, DemoJson.Default.ListEnduranceResult) + "\n"
        );
    }
}
