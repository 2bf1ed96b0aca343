using System.Runtime.InteropServices;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.Demo;

/// <summary>How the program's commands end, whichever it is.</summary>
internal static class Command
{
    public const int Passed = 0;
    public const int NotPassed = 1;
    public const int BadOptions = 2;

    /// <summary>Neither passed nor failed: there is nothing here to run it on. The number is the one of automake's test drivers.</summary>
    public const int Skipped = 77;
    public const int Interrupted = 130;

    /// <param name="parse">Throws <see cref="ArgumentException"/> for bad options.</param>
    /// <param name="run">Cancelled by SIGINT and SIGTERM; whether it passed.</param>
    /// <returns>The exit code; <see cref="NotPassed"/> also where it could not be run.</returns>
    public static async Task<int> RunAsync<TOptions>(
        Func<TOptions> parse,
        Func<TOptions, IDemoView> show,
        Func<TOptions, IDemoView, CancellationToken, Task<bool>> run
    )
    {
        TOptions options;
        try
        {
            options = parse();
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return BadOptions;
        }

        using var interrupted = new CancellationTokenSource();
        using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        await using var view = show(options);
        try
        {
            return await run(options, view, interrupted.Token) ? Passed : NotPassed;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            view.Tell("interrupted; everything is taken down");
            return Interrupted;
        }
        catch (NoClusterException e)
        {
            view.Tell($"Skipped: {e.Message}");
            return Skipped;
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
            view.Tell($"It could not be run: {e.Message}");
            return NotPassed;
        }

        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }
    }
}
