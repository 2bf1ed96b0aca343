using Spectre.Console;

namespace K8sLb.Demo;

internal static class DemoViews
{
    /// <summary>A live table on a terminal, lines elsewhere, JSON where asked.</summary>
    public static IDemoView For(DemoOptions options) =>
        options.Json ? new JsonView(Console.Out)
        : AnsiConsole.Profile is { Capabilities.Interactive: true, Out.IsTerminal: true }
            ? new TableView(AnsiConsole.Console)
        : new PlainView(Console.Out);
}
