using System.Globalization;
using System.Net;
using K8sLb.Load;
using K8sLb.TestKit.Plots;

namespace K8sLb.Demo;

/// <summary>What the pages of both acts are made of: each is one file without anything from elsewhere.</summary>
internal static class PageParts
{
    /// <param name="body">Of the page, as HTML.</param>
    public static string Page(string title, string body) =>
        $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(title)}</title>
            <style>
            {SvgPlot.Style}
            {Style()}
            </style>
            </head>
            <body>
            {body}
            </body>
            </html>
            """;

    public static string Tile(
        string name,
        LoadReport baseline,
        LoadReport k8slb,
        Func<LoadReport, double> value,
        bool lessIsBetter,
        string unit = ""
    )
    {
        var (without, with) = (value(baseline), value(k8slb));
        var better = lessIsBetter ? with < without : with > without;
        return $"""
            <div class="tile"><h3>{Text(name)}</h3><div class="values">
            <div class="{(lessIsBetter && better ? "bad" : "")}"><strong>{Number(
                without
            )}{unit}</strong><span>without</span></div>
            <div class="{(better ? "good" : "")}"><strong>{Number(with)}{unit}</strong><span>with K8sLb</span></div>
            </div></div>
            """;
    }

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Style()
    {
        using var source = typeof(PageParts).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(source);
        return reader.ReadToEnd();
    }
}
