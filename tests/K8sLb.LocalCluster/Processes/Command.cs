using System.Diagnostics;

namespace K8sLb.LocalCluster.Processes;

/// <summary>A short command that is run to its end.</summary>
public static class Command
{
    /// <summary>Runs it and returns its standard output.</summary>
    /// <exception cref="CommandFailedException">It could not be started, or its exit code was not 0.</exception>
    public static async Task<string> RunAsync(
        IEnumerable<string> command,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken ct = default
    )
    {
        var result = await TryAsync(command, input, environment, ct);
        return result.ExitCode == 0 ? result.Output : throw new CommandFailedException(result);
    }

    /// <summary>Runs it and returns what it said, whatever its exit code; 127 if it could not be started.</summary>
    public static async Task<CommandResult> TryAsync(
        IEnumerable<string> command,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken ct = default
    )
    {
        var words = command.ToArray();
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new CommandResult(words, 127, "", e.Message);
        }
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await WriteInputAsync(process, input, ct);
            await process.WaitForExitAsync(ct);
            return new CommandResult(words, process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task WriteInputAsync(Process process, string? input, CancellationToken ct)
    {
        try
        {
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it; its exit code and its messages say what there is to say.
        }
    }
}

public sealed record CommandResult(IReadOnlyList<string> Command, int ExitCode, string Output, string Error);

public sealed class CommandFailedException(CommandResult result)
    : Exception(
        $"'{string.Join(' ', result.Command)}' failed with exit code {result.ExitCode}: "
            + $"{(result.Error.Length > 0 ? result.Error : result.Output).Trim()}"
    )
{
    public CommandResult Result { get; } = result;
}
