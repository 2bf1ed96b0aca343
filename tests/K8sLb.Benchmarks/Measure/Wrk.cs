using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace K8sLb.Benchmarks;

internal sealed record WrkResult(long Requests, double RequestsPerSecond, double P50Us, double P99Us, long Errors);

/// <summary>Runs Debian's wrk for a bounded time and reads what it prints.</summary>
internal static partial class Wrk
{
    public static async Task<WrkResult> Run(Workload workload, int port, int seconds)
    {
        string[] arguments =
        [
            "--threads=1",
            $"--connections={workload.Connections}",
            $"--duration={seconds}s",
            "--latency",
            .. workload.Headers.SelectMany(header => new[] { "--header", header }),
            $"http://127.0.0.1:{port}{workload.Path}",
        ];
        using var process =
            Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("wrk did not start");
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new WrkResult(
            (long)Value(text, Total()),
            Value(text, PerSecond()),
            Latency(text, "50%"),
            Latency(text, "99%"),
            Errors().Match(text) is { Success: true } errors ? errors.Groups[1].Captures.Sum(c => Parse(c.Value)) : 0
        );
    }

    private static double Value(string text, Regex pattern)
    {
        var match = pattern.Match(text);
        return match.Success
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidDataException($"wrk printed no {pattern}: {text}");
    }

    private static double Latency(string text, string percentile)
    {
        var match = Regex.Match(text, Regex.Escape(percentile) + @"\s+([\d.]+)(us|ms|s)");
        var scale = match.Groups[2].Value switch
        {
            "us" => 1.0,
            "ms" => 1e3,
            _ => 1e6,
        };
        return match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * scale : double.NaN;
    }

    private static long Parse(string number) => long.Parse(number, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Total();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"Socket errors:(?:\D+(\d+))+|Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Errors();
}
