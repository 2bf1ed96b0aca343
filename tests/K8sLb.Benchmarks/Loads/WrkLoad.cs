using System.Globalization;
using System.Text.RegularExpressions;

namespace K8sLb.Benchmarks;

/// <summary>Debian's wrk: as many HTTP/1.1 requests as the connections allow.</summary>
internal sealed partial class WrkLoad(int connections, string path, params string[] headers) : ILoad
{
    public async Task<LoadResult> Run(int port, TimeSpan duration)
    {
        var text = await LoadTool.Run(
            "wrk",
            [
                "--threads=1",
                $"--connections={connections}",
                $"--duration={(int)duration.TotalSeconds}s",
                "--latency",
                .. headers.SelectMany(header => new[] { "--header", header }),
                $"http://127.0.0.1:{port}{path}",
            ]
        );
        if (Errors().Match(text) is { Success: true } errors)
        {
            throw new LoadFailedException($"wrk: {errors.Value}");
        }
        return new(
            LoadTool.Number(text, Total()),
            LoadTool.Number(text, PerSecond()),
            Latency(text, "50%"),
            Latency(text, "99%")
        );
    }

    private static double Latency(string text, string percentile)
    {
        var match = Regex.Match(text, Regex.Escape(percentile) + @"\s+([\d.]+)(us|ms|s)");
        if (!match.Success)
        {
            throw new LoadFailedException($"wrk printed no {percentile}: {text}");
        }
        var scale = match.Groups[2].Value switch
        {
            "us" => 1.0,
            "ms" => 1e3,
            _ => 1e6,
        };
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * scale;
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Total();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"Socket errors:.*|Non-2xx or 3xx responses:.*")]
    private static partial Regex Errors();
}
