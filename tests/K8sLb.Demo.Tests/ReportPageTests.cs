using System.Xml.Linq;

namespace K8sLb.Demo.Tests;

public sealed class ReportPageTests
{
    private static readonly string Html = ReportPage.Html(
        Samples.Run(
            RunKind.Baseline,
            7,
            Samples.Frame(10, 0, Samples.Member("shop-1-old", 30)),
            Samples.Frame(11, 7, Samples.Member("shop-1-new", 30))
        ),
        Samples.Run(RunKind.K8sLb, 0, Samples.Frame(10, 0, Samples.Member("shop-1-old", 30)))
    );

    [Fact]
    public void It_needs_nothing_from_elsewhere()
    {
        Html.ShouldNotContain("http://");
        Html.ShouldNotContain("https://");
        Html.ShouldNotContain("<script");
        Html.ShouldNotContain("<link");
    }

    [Fact]
    public void Every_diagram_is_whole_and_shows_its_run()
    {
        var diagrams = Html.Split("<svg ")
            .Skip(1)
            .Select(part => XElement.Parse("<svg " + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)]))
            .ToList();

        diagrams.Count.ShouldBe(6);
        diagrams
            .Count(d => d.Attribute("aria-label")!.Value.EndsWith("with K8sLb", StringComparison.Ordinal))
            .ShouldBe(3);
        diagrams.SelectMany(d => d.Descendants("rect")).ShouldHaveSingleItem().Value.ShouldBe("7 failed at 1 s");
        diagrams.SelectMany(d => d.Descendants("polygon")).ShouldContain(p => p.Value == "shop-1-new");
    }

    [Fact]
    public void What_came_from_the_network_is_escaped() => Html.ShouldContain("&lt;closed&gt; &amp; gone");
}
