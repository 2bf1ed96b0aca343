using System.Globalization;
using System.Text.RegularExpressions;

namespace K8sLb.Benchmarks;

/// <summary>nghttp2's h2load: HTTP/2 with prior knowledge, all streams of each connection always in use.</summary>
internal sealed partial class H2Load(int connections, int streams, string path) : ILoad
{
    public async Task<LoadResult> Run(int port, TimeSpan duration)
    {
        // A line for each request: when it began, its status and how long it took, in microseconds.
        var log = Path.GetTempFileName();
        try
        {
            var text = await LoadTool.Run(
                "h2load",
                [
                    $"--clients={connections}",
                    $"--max-concurrent-streams={streams}",
                    $"--duration={(int)duration.TotalSeconds}",
                    $"--log-file={log}",
                    $"http://127.0.0.1:{port}{path}",
                ]
            );
            var succeeded = LoadTool.Number(text, Succeeded());
            var failed = LoadTool.Number(text, Failed());
            if (failed > 0 || succeeded == 0)
            {
                throw new LoadFailedException($"h2load: {succeeded} succeeded, {failed} failed");
            }
            var latencies = new Latencies();
            foreach (var line in File.ReadLines(log))
            {
                var fields = line.Split('\t');
                latencies.AddUs(double.Parse(fields[2], CultureInfo.InvariantCulture));
            }
            return new(
                succeeded,
                LoadTool.Number(text, PerSecond()),
                latencies.PercentileUs(50),
                latencies.PercentileUs(99)
            );
        }
        finally
        {
            File.Delete(log);
        }
    }

    [GeneratedRegex(@"([\d.]+) req/s")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"(\d+) succeeded")]
    private static partial Regex Succeeded();

    [GeneratedRegex(@"(\d+) failed")]
    private static partial Regex Failed();
}
