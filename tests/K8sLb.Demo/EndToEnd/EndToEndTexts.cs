using System.Globalization;
using Spectre.Console;

namespace K8sLb.Demo;

/// <summary>What is printed of the results.</summary>
internal static class EndToEndTexts
{
    private const int FailuresShown = 8;

    public static Table Table(IReadOnlyList<ScenarioResult> results)
    {
        var table = new Table().AddColumns("", "without K8sLb", "with K8sLb", "took");
        foreach (var scenario in results.GroupBy(r => r.Name))
        {
            table.AddRow(
                scenario.First().Title,
                Failed(scenario.FirstOrDefault(r => r.Run == RunKind.Baseline)),
                Failed(scenario.FirstOrDefault(r => r.Run == RunKind.K8sLb)),
                string.Join(", ", scenario.Select(r => Seconds(r.Seconds)))
            );
        }
        return table;
    }

    /// <param name="all">How many results there will be.</param>
    public static string Result(ScenarioResult result, IReadOnlyList<ScenarioResult> soFar, int all)
    {
        var left = (all - soFar.Count) * soFar.Average(r => r.Seconds + 15);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{soFar.Count} of {all}: {result.Title}, {result.Run.Title()}: {Failed(result)} failed, {result.Seconds:0} s; about {left:0} s left"
        );
        // Without K8sLb they are what was to be expected.
        return result.Run == RunKind.Baseline
            ? line
            : string.Join('\n', [line, .. result.Failures.Take(FailuresShown).Select(Failure)]);
    }

    private static string Failure(K8sLb.Load.FailureSample failure) =>
        string.Create(CultureInfo.InvariantCulture, $"{failure.Seconds, 7:0.00} s: {FailureTexts.Of(failure)}");

    private static string Failed(ScenarioResult? result) =>
        result is null
            ? "-"
            : string.Create(CultureInfo.InvariantCulture, $"{result.Load.Failed:N0} of {result.Load.Requests:N0}");

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s");
}
