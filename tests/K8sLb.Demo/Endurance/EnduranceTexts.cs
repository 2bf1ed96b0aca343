using System.Globalization;
using K8sLb.Load;
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

    /// <param name="seconds">Of the restarts so far.</param>
    public static string Restart(int restart, int of, IReadOnlyList<double> seconds, LoadProgress progress)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"restart {restart} of {of} took {seconds[^1]} s; {progress.Requests} requests, {progress.Failed} failed; about {(of - restart) * seconds.Average():0} s left"
        );
        return progress.LastFailure is { } last
            ? $"{line}\n{Kinds(progress.FailuresByKind)}; the last: {FailureTexts.Of(last)}"
            : line;
    }

    /// <summary>What the table has no room for, and a line for each class that lost something.</summary>
    public static string Account(EnduranceResult result)
    {
        var (moves, rate) = (result.Moves, result.ReleaseRate);
        var account = string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Contender}, endpoints {result.EndpointLagSeconds} s late: told to move in one second at most {moves.MostToldInASecond}"
                + $"{(rate is null ? "" : $" (rate {rate.PerSecond})")}, came back {moves.MostReconnectedInASecond}; "
                + $"the machine's load {result.LoadAverageBefore.OneMinute:0.0} to {result.LoadAverageAfter.OneMinute:0.0}, {result.StolenPercent:0.0} % of its time stolen"
        );
        var failures = result
            .FailuresByClass.OrderBy(c => c.Key)
            .Select(c => $"{ClassTexts.Of(c.Key)}: {Kinds(c.Value)}");
        return string.Join('\n', [account, .. failures]);
    }

    private static string Kinds(IReadOnlyDictionary<FailureKind, long> failures) =>
        string.Join(", ", failures.OrderBy(k => k.Key).Select(k => $"{k.Value} {FailureTexts.Of(k.Key)}"));
}
