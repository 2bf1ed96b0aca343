using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace K8sLb.Benchmarks;

/// <summary>Runs a load generator of the distribution and reads numbers from what it prints.</summary>
internal static class LoadTool
{
    public static async Task<string> Run(string program, IEnumerable<string> arguments)
    {
        using var process =
            Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            ) ?? throw new LoadFailedException($"{program} did not start");
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? text
            : throw new LoadFailedException($"{program} ended with {process.ExitCode}: {text}{await errors}");
    }

    /// <summary>The pattern's first group.</summary>
    public static double Number(string text, Regex pattern) =>
        pattern.Match(text) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new LoadFailedException($"no {pattern} in: {text}");
}
