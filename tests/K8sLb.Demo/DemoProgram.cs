namespace K8sLb.Demo;

/// <summary>The demo on a cluster that it starts, or on the one at hand.</summary>
internal static class DemoProgram
{
    /// <returns>Whether it showed what it is for.</returns>
    public static async Task<bool> RunAsync(DemoOptions options, IDemoView view, CancellationToken cancellation)
    {
        view.Step(options.CurrentCluster ? "using the cluster at hand" : "starting a Kubernetes node");
        await using var demo = await DemoCluster.StartAsync(options, cancellation);
        view.Tell($"In another terminal, to watch:\n{demo.Usage}");
        try
        {
            return options.Act == DemoAct.Scale
                ? await new ScaleScenario(demo, view).RunAsync(cancellation)
                : await new DemoScenario(demo, view).RunAsync(cancellation);
        }
        finally
        {
            // Also after a failure, which is when one wants to look at it.
            if (options.Keep && !cancellation.IsCancellationRequested)
            {
                view.Tell(await demo.KeepAsync());
            }
        }
    }
}
