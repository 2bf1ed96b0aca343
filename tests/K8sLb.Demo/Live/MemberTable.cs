using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace K8sLb.Demo;

/// <summary>A run's members and counters at one moment.</summary>
internal static class MemberTable
{
    public static IRenderable Of(DemoFrame frame, string step)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .Title(string.Create(CultureInfo.InvariantCulture, $"[bold]{frame.Run.Title()}[/] · {Markup.Escape(step)}"))
            .AddColumns("member", "phase")
            .AddColumn(new TableColumn("weight").RightAligned())
            .AddColumn(new TableColumn("http/1.1").RightAligned())
            .AddColumn(new TableColumn("http/2").RightAligned())
            .AddColumn(new TableColumn("websocket").RightAligned())
            .AddColumn("connections")
            .AddColumn(new TableColumn("eta").RightAligned());
        var largest = frame.Members.Select(m => m.Connections).DefaultIfEmpty().Max();
        foreach (var member in frame.Members)
        {
            table.AddRow(
                $"{PodName.Short(member.Pod)}{(member.Old ? "" : " [green]new[/]")}",
                $"[{Colour(member.Phase)}]{member.Phase}[/]",
                member.Weight?.ToString(CultureInfo.InvariantCulture) ?? "",
                Number(member.Http1),
                Number(member.Http2),
                Number(member.WebSocket),
                DecayBar.Markup(member, largest),
                member.Drain?.EtaSeconds is { } eta ? $"{eta:0} s" : ""
            );
        }
        return new Rows(table, new Markup(Counters(frame)));
    }

    private static string Counters(DemoFrame frame)
    {
        var load = frame.Load;
        var failed = load.Failed > 0 ? $"[bold red]{load.Failed} failed[/]" : "[bold green]0 failed[/]";
        var kinds = string.Join(", ", load.FailuresByKind.Select(k => $"{FailureTexts.Of(k.Key)} {k.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $" {load.Seconds:0} s   [bold]{load.Requests:N0} requests[/]   {failed}   {kinds}\n"
                + $" connections: {load.ConnectionsOpened:N0} opened, {load.ReleasedPolitely} told to move, {load.Cut} cut"
        );
    }

    private static string Number(int count) => count == 0 ? "[grey]0[/]" : count.ToString(CultureInfo.InvariantCulture);

    private static string Colour(string phase) =>
        phase switch
        {
            "Active" or "Ready" => "green",
            "Warming" or "Starting" or "Pending" => "blue",
            "RampDown" or "Draining" => "yellow",
            "Drained" or "Gone" => "grey",
            _ => "red",
        };
}
