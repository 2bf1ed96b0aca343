using System.Threading.Channels;
using K8sLb.Load;
using Spectre.Console;

namespace K8sLb.Demo;

/// <summary>A table that lives while a run goes on; everything else scrolls by. One task draws, whoever calls.</summary>
internal sealed class TableView : IDemoView
{
    private readonly IAnsiConsole console;
    private readonly Channel<Order> orders = Channel.CreateUnbounded<Order>();
    private readonly Task drawing;
    private string step = "";

    public TableView(IAnsiConsole console)
    {
        this.console = console;
        drawing = Task.Run(DrawAsync);
    }

    public void Step(string text) => orders.Writer.TryWrite(new StepOrder(text));

    public void Tell(string text) => orders.Writer.TryWrite(new WriteOrder(c => c.WriteLine(text)));

    public void Show(DemoFrame frame) => orders.Writer.TryWrite(new FrameOrder(frame));

    public void EndRun(RunKind run, LoadReport load) => orders.Writer.TryWrite(new EndRunOrder());

    public void Conclude(IReadOnlyList<ComparisonRow> comparison, Verdict verdict, string report) =>
        orders.Writer.TryWrite(
            new WriteOrder(c =>
            {
                c.WriteLine();
                c.Write(ComparisonTable.Of(comparison));
                c.MarkupLineInterpolated($"[bold {(verdict.Passed ? "green" : "red")}]{verdict.Text}[/]");
                c.WriteLine(report);
            })
        );

    public async ValueTask DisposeAsync()
    {
        orders.Writer.TryComplete();
        await drawing;
    }

    private async Task DrawAsync()
    {
        await foreach (var order in orders.Reader.ReadAllAsync())
        {
            switch (order)
            {
                case StepOrder { Text: var text }:
                    step = text;
                    console.MarkupLineInterpolated($"[blue]›[/] {text}");
                    break;
                case WriteOrder { Write: var write }:
                    write(console);
                    break;
                case FrameOrder { Frame: var frame }:
                    await DrawRunAsync(frame);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>From a run's first frame to its end. What is to scroll by meanwhile waits.</summary>
    private async Task DrawRunAsync(DemoFrame first)
    {
        var waiting = new List<WriteOrder>();
        await console
            .Live(MemberTable.Of(first, step))
            .StartAsync(async live =>
            {
                await foreach (var order in orders.Reader.ReadAllAsync())
                {
                    switch (order)
                    {
                        case StepOrder { Text: var text }:
                            step = text;
                            break;
                        case FrameOrder { Frame: var frame }:
                            live.UpdateTarget(MemberTable.Of(frame, step));
                            break;
                        case WriteOrder write:
                            waiting.Add(write);
                            break;
                        default:
                            return;
                    }
                }
            });
        waiting.ForEach(order => order.Write(console));
    }

    private abstract record Order;

    private sealed record StepOrder(string Text) : Order;

    private sealed record WriteOrder(Action<IAnsiConsole> Write) : Order;

    private sealed record FrameOrder(DemoFrame Frame) : Order;

    private sealed record EndRunOrder : Order;
}
