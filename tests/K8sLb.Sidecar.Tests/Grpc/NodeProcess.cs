using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace K8sLb.Sidecar.Tests.Grpc;

/// <summary>A script of this folder, run by Node with the gRPC implementation that the project pins.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly Lazy<Task<string>> Modules = new(InstallAsync);
    private readonly Process process;

    private NodeProcess(Process process) => this.process = process;

    public static async Task<NodeProcess> StartAsync(string script, string argument)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder(), script), argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["NODE_PATH"] = await Modules.Value;
        return new(Process.Start(start)!);
    }

    public Task TellAsync(string line) => process.StandardInput.WriteLineAsync(line);

    /// <summary>The next line for which the condition holds.</summary>
    public async Task<string> UntilAsync(Func<string, bool> condition)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (condition(line))
            {
                return line;
            }
        }
        throw new EndOfStreamException("the script ended without the line");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private static async Task<string> InstallAsync()
    {
        var script = Path.Combine(Folder(), "..", "..", "..", "scripts", "grpc-tools.sh");
        using var install = Process.Start(
            new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var errors = install.StandardError.ReadToEndAsync();
        var folder = await install.StandardOutput.ReadToEndAsync();
        await install.WaitForExitAsync();
        install.ExitCode.ShouldBe(0, await errors);
        return folder.Trim();
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
