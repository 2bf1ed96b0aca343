using System.Globalization;
using K8sLb.Load;

namespace K8sLb.Demo;

internal sealed record ComparisonRow(string Name, string Baseline, string K8sLb);

/// <summary>Both runs side by side.</summary>
internal static class Comparison
{
    public static IReadOnlyList<ComparisonRow> Of(LoadReport baseline, LoadReport k8slb)
    {
        return
        [
            Row("requests", r => Count(r.Requests)),
            Row("failed", r => Count(r.Failed)),
            .. FailureRows(baseline, k8slb),
            Row("connections opened", r => Count(r.ConnectionsOpened)),
            Row("  told politely to move", r => Count(r.ReleasedPolitely)),
            Row("  cut without notice", r => Count(r.Cut)),
            Row("longest stall", r => Milliseconds(r.LongestStallMs)),
            Row("longest wait", r => Milliseconds(r.LongestWaitMs)),
            Row("99th percentile", r => Milliseconds(r.P99Ms)),
            Row("sent again after GOAWAY", r => Count(r.ProtocolRetries)),
        ];

        ComparisonRow Row(string name, Func<LoadReport, string> cell) => new(name, cell(baseline), cell(k8slb));
    }

    private static IEnumerable<ComparisonRow> FailureRows(LoadReport baseline, LoadReport k8slb) =>
        from kind in Enum.GetValues<FailureKind>()
        let without = baseline.FailuresByKind.GetValueOrDefault(kind)
        let with = k8slb.FailuresByKind.GetValueOrDefault(kind)
        where without + with > 0
        select new ComparisonRow($"  {FailureTexts.Of(kind)}", Count(without), Count(with));

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(double ms) => string.Create(CultureInfo.InvariantCulture, $"{ms:N0} ms");
}
