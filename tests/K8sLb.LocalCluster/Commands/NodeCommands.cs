using System.Globalization;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.LocalCluster.Commands;

internal static class NodeCommands
{
    public static async Task RunAsync(string[] args, CancellationToken ct)
    {
        await using var node = await LocalNode.StartAsync(Parse(args), ct);
        Announce(node);
        await Endless.UntilCancelledAsync(ct);
    }

    public static async Task UpAsync(string[] args, CancellationToken ct)
    {
        await using var node = await LocalNode.StartAsync(Parse(args), ct);
        await node.DetachAsync();
        Announce(node);
        Console.WriteLine($"# to end it: the verb \"down {node.RunDirectory}\"");
    }

    public static async Task DownAsync(string[] args)
    {
        var folders = args is [var folder] ? [folder] : RunDirectory.Detached();
        foreach (var path in folders)
        {
            await RunDirectory.ReleaseAsync(path);
            Console.WriteLine($"ended {path}");
        }
    }

    private static void Announce(LocalNode node)
    {
        Console.WriteLine($"export KUBECONFIG={node.KubeconfigPath}");
        Console.WriteLine($"# to reach pods and Services: {string.Join(' ', node.EnterCommand)} COMMAND");
    }

    private static LocalNodeOptions Parse(string[] args)
    {
        var options = new LocalNodeOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new UsageException($"nodes: {args[i]} needs a value");
            options = args[i] switch
            {
                "--nodes" => options with { Nodes = (int)Number(args[i], value, 1, 3) },
                "--endpoint-lag" => options with
                {
                    EndpointLag = TimeSpan.FromSeconds(Number(args[i], value, 0, 3600)),
                },
                "--image" => options with { Images = [.. options.Images, Path.GetFullPath(value)] },
                _ => throw new UsageException(
                    $"nodes: unknown option {args[i]}; there are --nodes, --endpoint-lag, --image"
                ),
            };
        }
        return options;
    }

    private static double Number(string option, string value, double least, double most) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new UsageException($"nodes: {option} is '{value}'; it must be a number from {least} to {most}");
}
