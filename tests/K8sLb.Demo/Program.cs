using System.Runtime.InteropServices;
using K8sLb.Demo;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

if (args is ["endurance", .. var rest])
{
    return await EnduranceProgram.RunAsync(rest);
}

// Exit codes: 0 nothing lost with K8sLb while the baseline lost requests; 1 anything else; 2 bad options; 130 interrupted.
DemoOptions options;
try
{
    options = DemoOptions.Parse(args, Environment.GetEnvironmentVariable);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

using var interrupted = new CancellationTokenSource();
using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

await using var view = DemoViews.For(options);
try
{
    view.Step(options.CurrentCluster ? "using the cluster at hand" : "starting a Kubernetes node");
    await using var demo = await DemoCluster.StartAsync(options, interrupted.Token);
    view.Tell($"In another terminal, to watch:\n{demo.Usage}");
    try
    {
        return await new DemoScenario(demo, view).RunAsync(interrupted.Token) ? 0 : 1;
    }
    finally
    {
        // Also after a failure, which is when one wants to look at it.
        if (options.Keep && !interrupted.IsCancellationRequested)
        {
            view.Tell(await demo.KeepAsync());
        }
    }
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    view.Tell("interrupted; everything is taken down");
    return 130;
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
    view.Tell($"The demo could not be run: {e.Message}");
    return 1;
}

void Interrupt(PosixSignalContext context)
{
    context.Cancel = true;
    interrupted.Cancel();
}
