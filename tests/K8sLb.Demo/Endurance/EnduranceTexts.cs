using System.Globalization;
using Spectre.Console;

namespace K8sLb.Demo;

/// <summary>What endurance prints of its results.</summary>
internal static class EnduranceTexts
{
    public static Table Table(IEnumerable<EnduranceResult> results)
    {
        var table = new Table().AddColumns(
            "in front",
            "endpoints late",
            "requests",
            "failed",
            "told politely",
            "most in 1 s",
            "back in 1 s",
            "cut",
            "p99",
            "a restart",
            "machine's load"
        );
        foreach (var r in results)
        {
            table.AddRow(
                r.Contender,
                $"{r.EndpointLagSeconds} s",
                $"{r.Load.Requests}",
                $"{r.Load.Failed}",
                $"{r.Load.ReleasedPolitely}",
                r.ReleaseRate is { } rate
                    ? $"{r.Moves.MostToldInASecond} (rate {rate.PerSecond})"
                    : $"{r.Moves.MostToldInASecond}",
                $"{r.Moves.MostReconnectedInASecond}",
                $"{r.Load.Cut}",
                $"{r.Load.P99Ms:0} ms",
                $"{r.RestartSeconds.Average():0} s",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{r.LoadAverageBefore.OneMinute:0.0} to {r.LoadAverageAfter.OneMinute:0.0}"
                )
            );
        }
        return table;
    }

    /// <summary>A line for each class that lost something; empty where none did.</summary>
    public static string Failures(EnduranceResult result) =>
        string.Join(
            '\n',
            result
                .FailuresByClass.OrderBy(c => c.Key)
                .Select(c =>
                    $"{result.Contender}, endpoints {result.EndpointLagSeconds} s late: {ClassTexts.Of(c.Key)}: "
                    + string.Join(", ", c.Value.OrderBy(k => k.Key).Select(k => $"{k.Value} {FailureTexts.Of(k.Key)}"))
                )
        );
}
