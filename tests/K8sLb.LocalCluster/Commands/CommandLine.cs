using System.Runtime.InteropServices;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Assets.Install;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Commands;

/// <summary>The verbs of this program.</summary>
public static class CommandLine
{
    private const string Usage = """
        usage: K8sLb.LocalCluster VERB

          assets TIER             find, install or build the programs for control-plane, node or all
          images [NAME]...        build the images of this tree: operator, sidecar, sample-app (default: all)
          control-plane           run a control plane on loopback until it is interrupted
          node [--nodes N] [--endpoint-lag SECONDS] [--image ARCHIVE]...
                                  run local nodes until it is interrupted
          up [...]                start local nodes, with the same options, and leave them running
          down [FOLDER]           end one cluster that was left running, or all
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        using var onInterrupt = Cancel(PosixSignal.SIGINT, interrupted);
        using var onTerminate = Cancel(PosixSignal.SIGTERM, interrupted);
        try
        {
            await RunAsync(args, interrupted.Token);
            return 0;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception e) when (IsToldByItsMessage(e))
        {
            await Console.Error.WriteLineAsync(e.Message);
            return e is UsageException ? 2 : 1;
        }
    }

    // Anything else is a mistake of this program, and shows its stack.
    private static bool IsToldByItsMessage(Exception e) =>
        e
            is UsageException
                or ArgumentException
                or MissingAssetsException
                or InstallationException
                or CommandFailedException
                or PlatformNotSupportedException
                or InvalidOperationException
                or TimeoutException
                or IOException;

    private static Task RunAsync(string[] args, CancellationToken ct) =>
        args switch
        {
            ["assets", var tier] => AssetsCommand.RunAsync(tier, ct),
            ["images", .. var names] => ImagesCommand.RunAsync(names, ct),
            ["control-plane"] => ControlPlaneCommand.RunAsync(ct),
            ["node", .. var rest] => NodeCommands.RunAsync(rest, ct),
            ["up", .. var rest] => NodeCommands.UpAsync(rest, ct),
            ["down", .. var rest] => NodeCommands.DownAsync(rest),
            [NamespaceForwarder.Verb, var port, var network] => NamespaceForwarder.RunAsync(
                int.Parse(port, System.Globalization.CultureInfo.InvariantCulture),
                network,
                ct
            ),
            _ => throw new UsageException(Usage),
        };

    private static PosixSignalRegistration Cancel(PosixSignal signal, CancellationTokenSource source) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                source.Cancel();
            }
        );
}

/// <summary>What was asked for on the command line makes no sense.</summary>
public sealed class UsageException(string message) : Exception(message);
