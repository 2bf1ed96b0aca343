using System.Globalization;
using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>Lines for a log: every step, and every two seconds what the members do.</summary>
internal sealed class PlainView(TextWriter output) : IDemoView
{
    private const double EverySeconds = 2;

    private readonly Lock gate = new();
    private readonly DateTimeOffset start = DateTimeOffset.UtcNow;
    private double lastShown = -EverySeconds;

    public void Step(string text) => Write(text);

    public void Tell(string text) => Write(text.ReplaceLineEndings("\n           "));

    public void Show(DemoFrame frame)
    {
        lock (gate)
        {
            if (frame.Seconds < lastShown || frame.Seconds >= lastShown + EverySeconds)
            {
                lastShown = frame.Seconds;
                Write(Line(frame));
            }
        }
    }

    public void EndRun(RunKind run, LoadReport load) =>
        Write($"{run.Title()}: {load.Requests} requests, {load.Failed} failed");

    public void Conclude(IReadOnlyList<ComparisonRow> comparison, Verdict verdict, string report)
    {
        var width = comparison.Max(r => r.Name.Length);
        lock (gate)
        {
            output.WriteLine();
            output.WriteLine($"  {"".PadRight(width)}{RunKind.Baseline.Title(), 20}{RunKind.K8sLb.Title(), 20}");
            foreach (var row in comparison)
            {
                output.WriteLine($"  {row.Name.PadRight(width)}{row.Baseline, 20}{row.K8sLb, 20}");
            }
            output.WriteLine();
            output.WriteLine($"  {verdict.Text}");
            output.WriteLine($"  {report}");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Write(string text)
    {
        var elapsed = (DateTimeOffset.UtcNow - start).TotalSeconds;
        lock (gate)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{elapsed, 6:0.0} s] {text}"));
        }
    }

    private static string Line(DemoFrame frame)
    {
        var members = frame.Members.Select(m => $"{PodName.Short(m.Pod)} {m.Phase} {m.Connections}");
        var kinds = string.Join(", ", frame.Load.FailuresByKind.Select(k => $"{k.Value} {FailureTexts.Of(k.Key)}"));
        var failed = frame.Load.Failed == 0 ? "0 failed" : $"{frame.Load.Failed} failed ({kinds})";
        return $"{frame.Load.Requests} requests, {failed} | {string.Join(", ", members)}";
    }
}
