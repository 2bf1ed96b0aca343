using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sLb.Benchmarks;

/// <summary>Medians of the rounds; min and max are of the CPU time, the figure that comparisons are made with.</summary>
internal sealed record Figures(
    double CpuUsPerRequest,
    double RequestsPerSecond,
    double P50Us,
    double P99Us,
    double Min,
    double Max
)
{
    public static Figures Of(IReadOnlyList<Round> rounds) =>
        new(
            Median(rounds, r => r.CpuUsPerRequest),
            Median(rounds, r => r.RequestsPerSecond),
            Median(rounds, r => r.P50Us),
            Median(rounds, r => r.P99Us),
            Math.Round(rounds.Min(r => r.CpuUsPerRequest), 1),
            Math.Round(rounds.Max(r => r.CpuUsPerRequest), 1)
        );

    private static double Median(IReadOnlyList<Round> rounds, Func<Round, double> figure)
    {
        var sorted = rounds.Select(figure).Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return Math.Round(median, 1);
    }
}

internal sealed record Summary(
    Dictionary<string, Dictionary<string, Figures>> Workloads,
    Dictionary<string, Dictionary<string, double>> Memory
)
{
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(this, SummaryJson.Default.Summary) + "\n");
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(Summary))]
internal sealed partial class SummaryJson : JsonSerializerContext;
