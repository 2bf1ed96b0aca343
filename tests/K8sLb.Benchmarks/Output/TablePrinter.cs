using Spectre.Console;

namespace K8sLb.Benchmarks;

internal static class TablePrinter
{
    public static void ToTerminal(ResultTable table)
    {
        var drawn = new Table().Title(table.Title).RoundedBorder();
        drawn.AddColumns(table.Columns);
        foreach (var row in table.Rows)
        {
            drawn.AddRow(row);
        }
        AnsiConsole.Write(drawn);
    }

    public static string ToMarkdown(ResultTable table)
    {
        string[] lines =
        [
            $"### {table.Title}",
            "",
            Line(table.Columns),
            Line(table.Columns.Select((_, n) => n == 0 ? "---" : "--:")),
            .. table.Rows.Select(Line),
            "",
        ];
        return string.Join('\n', lines);
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
