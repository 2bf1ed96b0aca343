using System.Globalization;
using Spectre.Console;

namespace K8sLb.Benchmarks;

internal static class Tables
{
    private const string Reference = "haproxyHttp";

    public static void Print(Summary summary)
    {
        foreach (var (workload, contenders) in summary.Workloads)
        {
            var table = new Table().Title(workload).RoundedBorder();
            table.AddColumns("", "CPU us", "spread", $"ratio to {Reference}", "per second", "p50 us", "p99 us");
            var reference = contenders.GetValueOrDefault(Reference)?.CpuUsPerRequest ?? 0;
            foreach (var (name, f) in contenders)
            {
                var ratio = reference > 0 && f.CpuUsPerRequest > 0 ? Text(f.CpuUsPerRequest / reference, "0.00") : "-";
                table.AddRow(
                    name,
                    Text(f.CpuUsPerRequest),
                    $"{Text(f.Min)} to {Text(f.Max)}",
                    ratio,
                    Text(f.RequestsPerSecond, "0"),
                    Text(f.P50Us, "0"),
                    Text(f.P99Us, "0")
                );
            }
            AnsiConsole.Write(table);
        }
    }

    private static string Text(double value, string format = "0.0") =>
        value.ToString(format, CultureInfo.InvariantCulture);
}
