using System.Globalization;
using System.Text.RegularExpressions;

namespace K8sLb.Operator.Validation;

/// <summary>
/// Durations as the Gateway API writes them (GEP-2257): one to four numbers of up to five digits, each with its unit, such as
/// <c>1m30s</c>. A subset of Go's, so that CEL's duration() reads the same values.
/// </summary>
public static partial class GoDuration
{
    [GeneratedRegex("^(?:([0-9]{1,5})(h|ms|m|s)){1,4}\\z")]
    private static partial Regex Syntax();

    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text is null || Syntax().Match(text) is not { Success: true } match)
        {
            return false;
        }
        var (numbers, units) = (match.Groups[1].Captures, match.Groups[2].Captures);
        for (var i = 0; i < numbers.Count; i++)
        {
            duration +=
                int.Parse(numbers[i].ValueSpan, CultureInfo.InvariantCulture)
                * units[i].Value switch
                {
                    "h" => TimeSpan.FromHours(1),
                    "m" => TimeSpan.FromMinutes(1),
                    "s" => TimeSpan.FromSeconds(1),
                    _ => TimeSpan.FromMilliseconds(1),
                };
        }
        return true;
    }
}
