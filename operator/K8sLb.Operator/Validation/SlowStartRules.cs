using System.Globalization;
using System.Text.RegularExpressions;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static partial class SlowStartRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    [GeneratedRegex("^(?=.{1,8}\\z)[0-9]+(\\.[0-9]+)?\\z")]
    private static partial Regex Number();

    public static void Check(BackendPoolSlowStart slowStart, string path, FieldErrors errors)
    {
        if (errors.Duration($"{path}.duration", slowStart.Duration) > Longest)
        {
            errors.Add($"{path}.duration", slowStart.Duration, "must be at most 24h");
        }
        errors.Range($"{path}.minimumPercent", slowStart.MinimumPercent, 1, 100);
        if (
            slowStart.Aggression is not { } text
            || !Number().IsMatch(text)
            || double.Parse(text, CultureInfo.InvariantCulture) is <= 0 or > 100
        )
        {
            errors.Add(
                $"{path}.aggression",
                slowStart.Aggression,
                "must be a decimal above 0 and at most 100, such as 1.0"
            );
        }
    }
}
