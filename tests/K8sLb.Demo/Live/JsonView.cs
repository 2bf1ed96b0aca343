using System.Text.Json;
using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>One JSON object a line, for machines.</summary>
internal sealed class JsonView(TextWriter output) : IDemoView
{
    private readonly Lock gate = new();

    public void Step(string text) => Write(new() { Step = text });

    public void Tell(string text) => Write(new() { Text = text });

    public void Show(DemoFrame frame) => Write(new() { Frame = frame });

    public void EndRun(RunKind run, LoadReport load) => Write(new() { Run = run, Load = load });

    public void Conclude(IReadOnlyList<ComparisonRow> comparison, Verdict verdict, string report) =>
        Write(new() { Verdict = verdict, Text = report });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Write(DemoLine line)
    {
        var json = JsonSerializer.Serialize(line, DemoJson.Default.DemoLine);
        lock (gate)
        {
            output.WriteLine(json);
        }
    }
}
