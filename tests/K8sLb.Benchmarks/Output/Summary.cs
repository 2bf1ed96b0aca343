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
            Median.Of(rounds.Select(r => r.CpuUsPerRequest)),
            Median.Of(rounds.Select(r => r.RequestsPerSecond)),
            Median.Of(rounds.Select(r => r.P50Us)),
            Median.Of(rounds.Select(r => r.P99Us)),
            Math.Round(rounds.Min(r => r.CpuUsPerRequest), 1),
            Math.Round(rounds.Max(r => r.CpuUsPerRequest), 1)
        );
}

/// <param name="Memory">By figure, then by contender.</param>
internal sealed record Summary(
    Dictionary<string, Dictionary<string, Figures>> Workloads,
    Dictionary<string, Dictionary<string, double>> Memory
)
{
    public const string AtStart = "residentMbAtStart";
    public const string WithIdle = "residentMbWith10000IdleConnections";
    public const string PerIdle = "bytesPerIdleConnection";
    public const string AfterLoad = "residentMbAfterLoad";
    public const string Ready = "readyMs";

    public void Write(string path) =>
        File.WriteAllText(path, JsonSerializer.Serialize(this, SummaryJson.Default.Summary) + "\n");

    public static Dictionary<string, Dictionary<string, double>> MemoryOf(
        IReadOnlyDictionary<string, Footprint> footprints,
        IEnumerable<Contender> contenders
    )
    {
        Dictionary<string, double> Each(Func<Footprint, double> figure) =>
            footprints.ToDictionary(f => f.Key, f => figure(f.Value));

        return new()
        {
            [AtStart] = Each(f => f.ResidentMbAtStart),
            [WithIdle] = Each(f => f.ResidentMbWithIdleConnections),
            [PerIdle] = Each(f => f.BytesPerIdleConnection),
            [Ready] = Each(f => f.ReadyMs),
            [AfterLoad] = contenders
                .Where(contender => contender.Process is not null)
                .ToDictionary(
                    contender => contender.Name,
                    contender => Footprint.Megabytes(contender.Process!.ResidentBytes())
                ),
        };
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(Summary))]
internal sealed partial class SummaryJson : JsonSerializerContext;
