using System.Globalization;
using System.Net;
using System.Text;

namespace K8sLb.TestKit.Plots;

/// <summary>One diagram as inline SVG. Colours are names of CSS classes (see plot.css).</summary>
public sealed class SvgPlot
{
    private const int Width = 560;
    private const int Height = 230;
    private const int Left = 40;
    private const int Right = 10;
    private const int Top = 18;
    private const int Bottom = 26;
    private const int YParts = 4;
    private const int XParts = 8;

    private readonly double xFrom;
    private readonly double xTo;
    private readonly double yTo;
    private readonly StringBuilder content = new();

    public SvgPlot(double xFrom, double xTo, double largestY)
    {
        (this.xFrom, this.xTo) = (xFrom, Math.Max(xTo, xFrom + 1));
        yTo = NiceScale.End(largestY, YParts);
        Grid();
    }

    /// <summary>A band between two curves over the same places.</summary>
    public SvgPlot Band(IReadOnlyList<(double X, double Low, double High)> points, string style, string title)
    {
        if (points.Count > 0)
        {
            var upper = points.Select(p => (p.X, p.High));
            var lower = points.Reverse().Select(p => (p.X, p.Low));
            content.Append(Invariant($"<polygon class=\"{style}\" points=\"{Points(upper.Concat(lower))}\">"));
            content.Append(Title(title)).Append("</polygon>");
        }
        return this;
    }

    public SvgPlot Line(IReadOnlyList<(double X, double Y)> points, string style, string title)
    {
        if (points.Count > 0)
        {
            content.Append(Invariant($"<polyline class=\"{style}\" points=\"{Points(points)}\">"));
            content.Append(Title(title)).Append("</polyline>");
        }
        return this;
    }

    /// <summary>A bar of width 1 that begins at <paramref name="x"/>.</summary>
    public SvgPlot Bar(double x, double y, string style, string title)
    {
        var (left, right, top) = (PlaceX(x), PlaceX(Math.Min(x + 1, xTo)), PlaceY(y));
        content.Append(
            Invariant(
                $"<rect class=\"{style}\" x=\"{left:0.#}\" y=\"{top:0.#}\" width=\"{Math.Max(1, right - left - 0.6):0.#}\" height=\"{PlaceY(0) - top:0.#}\">"
            )
        );
        content.Append(Title(title)).Append("</rect>");
        return this;
    }

    /// <summary>A vertical line with a word at its top.</summary>
    public SvgPlot Mark(double x, string label)
    {
        if (x >= xFrom && x <= xTo)
        {
            var place = PlaceX(x);
            content.Append(
                Invariant(
                    $"<line class=\"mark\" x1=\"{place:0.#}\" x2=\"{place:0.#}\" y1=\"{Top - 4}\" y2=\"{PlaceY(0):0.#}\"/>"
                )
            );
            var (side, offset) = place > Width * 0.75 ? ("end", -4) : ("start", 4);
            content.Append(
                Invariant(
                    $"<text class=\"mark-label\" text-anchor=\"{side}\" x=\"{place + offset:0.#}\" y=\"{Top - 6}\">"
                )
            );
            content.Append(WebUtility.HtmlEncode(label)).Append("</text>");
        }
        return this;
    }

    /// <summary>Large words in the middle, where there is nothing to draw.</summary>
    public SvgPlot Say(string text)
    {
        content.Append(Invariant($"<text class=\"nothing\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height / 2}\">"));
        content.Append(WebUtility.HtmlEncode(text)).Append("</text>");
        return this;
    }

    public string Svg(string description) => Svg(description, "", "");

    /// <summary>For pages that hold plots, and in plots that stand alone.</summary>
    public static string Style { get; } = ReadStyle();

    /// <summary>A file of its own.</summary>
    public string Standalone(string description) =>
        Svg(description, "xmlns=\"http://www.w3.org/2000/svg\" ", $"<style>{Style}</style>");

    private string Svg(string description, string attributes, string before) =>
        Invariant($"<svg {attributes}viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"")
        + WebUtility.HtmlEncode(description)
        + $"\">{before}{content}</svg>";

    private void Grid()
    {
        foreach (var y in NiceScale.Ticks(0, yTo, NiceScale.Step(yTo, YParts)))
        {
            var place = PlaceY(y);
            content.Append(
                Invariant(
                    $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{place:0.#}\" y2=\"{place:0.#}\"/>"
                )
            );
            content.Append(Invariant($"<text class=\"tick y\" x=\"{Left - 6}\" y=\"{place + 4:0.#}\">{y:0.##}</text>"));
        }
        foreach (var x in NiceScale.Ticks(xFrom, xTo, NiceScale.Step(xTo - xFrom, XParts)))
        {
            content.Append(
                Invariant($"<text class=\"tick x\" x=\"{PlaceX(x):0.#}\" y=\"{Height - 8}\">{x:0.##} s</text>")
            );
        }
    }

    private double PlaceX(double x) => Left + (x - xFrom) / (xTo - xFrom) * (Width - Left - Right);

    private double PlaceY(double y) => Height - Bottom - y / yTo * (Height - Top - Bottom);

    private string Points(IEnumerable<(double X, double Y)> points) =>
        string.Join(' ', points.Select(p => Invariant($"{PlaceX(p.X):0.#},{PlaceY(p.Y):0.#}")));

    private static string Title(string text) => $"<title>{WebUtility.HtmlEncode(text)}</title>";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string ReadStyle()
    {
        using var source = typeof(SvgPlot).Assembly.GetManifestResourceStream("plot.css")!;
        using var reader = new StreamReader(source);
        return reader.ReadToEnd();
    }
}
