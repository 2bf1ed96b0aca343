using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace K8sLb.TestKit;

/// <summary>Reads metrics as Prometheus would, by its own parser.</summary>
public static class PrometheusParser
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public sealed record Sample(
        string Family,
        string Type,
        string Unit,
        string Help,
        string Name,
        IReadOnlyDictionary<string, string> Labels,
        string Value
    );

    /// <param name="format">openmetrics or text.</param>
    /// <exception cref="FormatException">It is not well-formed; the message is the parser's.</exception>
    public static async Task<IReadOnlyList<Sample>> ReadAsync(string text, string format)
    {
        using var parser = Process.Start(
            new ProcessStartInfo("bash", [Script(), format])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var samples = parser.StandardOutput.ReadToEndAsync();
        var errors = parser.StandardError.ReadToEndAsync();
        await parser.StandardInput.WriteAsync(text);
        parser.StandardInput.Close();
        await parser.WaitForExitAsync();
        return parser.ExitCode == 0
            ? JsonSerializer.Deserialize<List<Sample>>(await samples, Web)!
            : throw new FormatException($"{await errors}\n{text}");
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "scripts", "openmetrics.sh");
}
