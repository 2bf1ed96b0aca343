using System.Diagnostics;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Assets;

namespace K8sLb.Demo;

/// <summary>docs/install.md, whose commands are run as they stand there.</summary>
internal sealed class InstallGuide(DemoCluster demo, AssetSet programs)
{
    public const string Path = "docs/install.md";

    private static readonly string Tree = SourceTree.Find();

    /// <summary>Runs the commands below the heading <paramref name="section"/>, in the tree's folder.</summary>
    /// <exception cref="DemoException">One of them failed; the message holds what was said.</exception>
    public async Task FollowAsync(string section, CancellationToken cancellation)
    {
        var text = await File.ReadAllTextAsync(System.IO.Path.Combine(Tree, Path), cancellation);
        var commands = Commands(text, section);
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = Tree,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-euo", "pipefail", "-c", $"{HelmWithValues}\n{commands}" },
        };
        var folders = programs.All.Select(p => System.IO.Path.GetDirectoryName(p.Path)).Distinct();
        start.Environment["PATH"] = string.Join(':', [.. folders, Environment.GetEnvironmentVariable("PATH")]);
        start.Environment["HELM_INSTALL_VALUES"] = string.Join(' ', demo.HelmValues);
        using var shell = demo.Cluster.StartClientProcess(start);
        var output = shell.StandardOutput.ReadToEndAsync(cancellation);
        var error = shell.StandardError.ReadToEndAsync(cancellation);
        await shell.WaitForExitAsync(cancellation);
        if (shell.ExitCode != 0)
        {
            throw new DemoException($"{Path}, {section}:\n{commands}{await error}{await output}");
        }
    }

    /// <summary>The lines of the blocks marked <c>sh</c> below a heading, whatever its level.</summary>
    /// <exception cref="DemoException">There are none.</exception>
    public static string Commands(string guide, string section)
    {
        var commands = new List<string>();
        var (here, inBlock) = (false, false);
        foreach (var line in guide.Split('\n'))
        {
            if (inBlock && line.StartsWith("```", StringComparison.Ordinal))
            {
                inBlock = false;
            }
            else if (inBlock)
            {
                commands.Add(line);
            }
            else if (line.StartsWith('#'))
            {
                here = line.TrimStart('#').Trim() == section;
            }
            else
            {
                inBlock = here && line == "```sh";
            }
        }
        return commands.Count > 0
            ? string.Join('\n', commands) + '\n'
            : throw new DemoException($"{Path} has no commands below \"{section}\"");
    }

    /// <summary>
    /// What the guide says about clusters without DNS, done for it. An upgrade to the same chart would change nothing, so one brings new
    /// operators and another sidecar.
    /// </summary>
    private const string HelmWithValues = """
        helm() {
          case $1 in
            install) command helm "$@" $HELM_INSTALL_VALUES ;;
            upgrade) command helm "$@" --reuse-values --set env.K8SLB_ATTACH_RATE=400 --set sidecar.resources.requests.cpu=25m ;;
            *) command helm "$@" ;;
          esac
        }
        """;
}
