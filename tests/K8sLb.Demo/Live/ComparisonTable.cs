using Spectre.Console;

namespace K8sLb.Demo;

internal static class ComparisonTable
{
    public static Table Of(IReadOnlyList<ComparisonRow> rows)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumn("")
            .AddColumn(new TableColumn(RunKind.Baseline.Title()).RightAligned())
            .AddColumn(new TableColumn(RunKind.K8sLb.Title()).RightAligned());
        foreach (var row in rows)
        {
            table.AddRow(Markup.Escape(row.Name), Markup.Escape(row.Baseline), Markup.Escape(row.K8sLb));
        }
        return table;
    }
}
