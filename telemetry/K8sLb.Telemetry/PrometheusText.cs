using System.Globalization;
using System.Text;

namespace K8sLb.Telemetry;

/// <summary>
/// Lines of the two text formats that Prometheus reads. <see href="https://prometheus.io/docs/specs/om/open_metrics_spec/"/>,
/// <see href="https://prometheus.io/docs/instrumenting/exposition_formats/"/>
/// </summary>
internal sealed class PrometheusText(bool openMetrics)
{
    private readonly StringBuilder text = new();

    /// <param name="name">Without the suffix of counters.</param>
    /// <param name="type">counter, gauge, histogram or info.</param>
    public void Family(string name, string type, string? unit, string? help)
    {
        // Before OpenMetrics a family had the name of its samples, and there were no infos.
        var (named, typed) =
            openMetrics ? (name, type)
            : type == "counter" ? ($"{name}_total", type)
            : type == "info" ? ($"{name}_info", "gauge")
            : (name, type);
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {named} {typed}\n");
        if (openMetrics && unit is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"# UNIT {named} {unit}\n");
        }
        if (!string.IsNullOrEmpty(help))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {named} ");
            Escape(help, quotes: openMetrics);
            text.Append('\n');
        }
    }

    public void Sample(string name, IEnumerable<KeyValuePair<string, object?>> tags, double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (tag, content) in tags)
        {
            text.Append(separator).Append(PrometheusNames.Label(tag)).Append("=\"");
            Escape(Text(content), quotes: true);
            text.Append('"');
            separator = ',';
        }
        if (separator == ',')
        {
            text.Append('}');
        }
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    public string End() => text.Append(openMetrics ? "# EOF\n" : "").ToString();

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(object? content) =>
        content switch
        {
            null => "",
            bool truth => truth ? "true" : "false",
            _ => Convert.ToString(content, CultureInfo.InvariantCulture) ?? "",
        };

    private void Escape(string content, bool quotes)
    {
        foreach (var c in content)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '"' when quotes => text.Append("\\\""),
                _ => text.Append(c),
            };
        }
    }
}
