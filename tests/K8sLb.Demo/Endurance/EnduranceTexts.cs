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
            "cut",
            "p99",
            "a restart"
        );
        foreach (var r in results)
        {
            table.AddRow(
                r.Contender,
                $"{r.EndpointLagSeconds} s",
                $"{r.Load.Requests}",
                $"{r.Load.Failed}",
                $"{r.Load.ReleasedPolitely}",
                $"{r.Load.Cut}",
                $"{r.Load.P99Ms:0} ms",
                $"{r.RestartSeconds.Average():0} s"
            );
        }
        return table;
    }

    /// <summary>What the table has no room for, and a line for each class that lost something.</summary>
    public static string Account(EnduranceResult result)
    {
        var (moves, rate) = (result.Moves, result.ReleaseRate);
        var account = string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Contender}, endpoints {result.EndpointLagSeconds} s late: told to move in one second at most {moves.MostToldInASecond}"
                + $"{(rate is null ? "" : $" (rate {rate.PerSecond})")}, came back {moves.MostReconnectedInASecond}; "
                + $"the machine's load {result.LoadAverageBefore.OneMinute:0.0} to {result.LoadAverageAfter.OneMinute:0.0}"
        );
        var failures = result
            .FailuresByClass.OrderBy(c => c.Key)
            .Select(c =>
                $"{ClassTexts.Of(c.Key)}: "
                + string.Join(", ", c.Value.OrderBy(k => k.Key).Select(k => $"{k.Value} {FailureTexts.Of(k.Key)}"))
            );
        return string.Join('\n', [account, .. failures]);
    }
}
