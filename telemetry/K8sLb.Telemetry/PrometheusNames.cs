using System.Text;

namespace K8sLb.Telemetry;

/// <summary>
/// Names as Prometheus has them. <see href="https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/"/>
/// </summary>
internal static class PrometheusNames
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["By"] = "bytes",
        ["%"] = "percent",
    };

    /// <summary>Of a family: without the suffix that counters have; its unit is its end.</summary>
    public static string Family(string instrument, string? unit)
    {
        var name = Sanitize(instrument, withColon: true);
        return Unit(unit) is { } suffix && !name.EndsWith("_" + suffix, StringComparison.Ordinal)
            ? $"{name}_{suffix}"
            : name;
    }

    /// <returns>Null where it has none, or one that only says what is counted, as in {request}.</returns>
    public static string? Unit(string? unit) => Units.GetValueOrDefault(unit ?? "");

    public static string Label(string tag) => Sanitize(tag, withColon: false);

    private static string Sanitize(string name, bool withColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var isKept = char.IsAsciiLetterOrDigit(c) || c == '_' || (withColon && c == ':');
            // Several in a row become one.
            if (isKept || text.Length == 0 || text[^1] != '_')
            {
                text.Append(isKept ? c : '_');
            }
        }
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
        {
            text.Insert(0, '_');
        }
        return text.ToString();
    }
}
