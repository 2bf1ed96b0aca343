using System.Globalization;

namespace K8sLb.Benchmarks;

/// <summary>Rows of text, for whatever prints them.</summary>
internal sealed record ResultTable(string Title, string[] Columns, IReadOnlyList<string[]> Rows)
{
    public static IEnumerable<ResultTable> Of(Summary summary)
    {
        foreach (var (name, contenders) in summary.Workloads)
        {
            yield return Of(Workload.All.First(workload => workload.Name == name), contenders);
        }
        if (summary.Memory.Values.Any(figures => figures.Count > 0))
        {
            yield return OfMemory(summary.Memory);
        }
    }

    /// <summary>What the relay is to reach, and what it reached.</summary>
    public static ResultTable OfAims(Summary summary)
    {
        var rows = new List<string[]>();
        foreach (var workload in Workload.All.Where(workload => summary.Workloads.ContainsKey(workload.Name)))
        {
            var contenders = summary.Workloads[workload.Name];
            if (
                contenders.GetValueOrDefault(ContenderNames.Relay) is not { } relay
                || contenders.GetValueOrDefault(workload.Reference) is not { } reference
            )
            {
                continue;
            }
            if (workload.Aim is { } aim)
            {
                var ratio = relay.CpuUsPerRequest / reference.CpuUsPerRequest;
                Add($"{workload.Name}: CPU time to {workload.Reference}'s", aim, ratio, "0.00");
            }
            if (workload.Load is PacedLoad)
            {
                Add($"{workload.Name}: p99, us, to {workload.Reference}'s", reference.P99Us, relay.P99Us, "0");
            }
        }
        foreach (var (figure, what, aim) in MemoryAims)
        {
            if (summary.Memory[figure].TryGetValue(ContenderNames.Relay, out var reached))
            {
                Add(what, aim, reached, "0");
            }
        }
        return new("Aims of the relay", ["", "at most", "reached", ""], rows);

        void Add(string what, double aim, double reached, string format) =>
            rows.Add([what, Text(aim, format), Text(reached, format), reached <= aim ? "met" : "missed"]);
    }

    private static readonly (string Figure, string What, double Aim)[] MemoryAims =
    [
        (Summary.AtStart, "MB resident at rest", 45),
        (Summary.PerIdle, "bytes for an idle connection", 1024),
        (Summary.Ready, "ms to ready", 300),
    ];

    private static ResultTable Of(Workload workload, Dictionary<string, Figures> contenders)
    {
        var reference = contenders.GetValueOrDefault(workload.Reference)?.CpuUsPerRequest ?? 0;
        return new(
            workload.Name,
            [
                "",
                $"CPU us per {workload.Unit}",
                "least to most",
                $"ratio to {workload.Reference}",
                "per second",
                "p50 us",
                "p99 us",
            ],
            [
                .. contenders.Select(c =>
                    (string[])
                        [
                            c.Key,
                            Text(c.Value.CpuUsPerRequest),
                            $"{Text(c.Value.Min)} to {Text(c.Value.Max)}",
                            reference > 0 && c.Value.CpuUsPerRequest > 0
                                ? Text(c.Value.CpuUsPerRequest / reference, "0.00")
                                : "-",
                            Text(c.Value.RequestsPerSecond, "0"),
                            Text(c.Value.P50Us, "0"),
                            Text(c.Value.P99Us, "0"),
                        ]
                ),
            ]
        );
    }

    private static ResultTable OfMemory(Dictionary<string, Dictionary<string, double>> memory)
    {
        string Cell(string figure, string name) =>
            memory[figure].TryGetValue(name, out var value)
                ? Text(value, figure == Summary.PerIdle ? "0" : "0.0")
                : "-";

        return new(
            "Memory and start",
            [
                "",
                "MB at start",
                "MB with 10,000 idle connections",
                "bytes per idle connection",
                "MB after the load",
                "ms to ready",
            ],
            [
                .. memory[Summary.AfterLoad]
                    .Keys.Select(name =>
                        (string[])
                            [
                                name,
                                Cell(Summary.AtStart, name),
                                Cell(Summary.WithIdle, name),
                                Cell(Summary.PerIdle, name),
                                Cell(Summary.AfterLoad, name),
                                Cell(Summary.Ready, name),
                            ]
                    ),
            ]
        );
    }

    private static string Text(double value, string format = "0.0") =>
        value.ToString(format, CultureInfo.InvariantCulture);
}
