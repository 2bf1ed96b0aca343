using System.Globalization;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class OutlierRules
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static void Check(
        BackendPoolOutlierDetection? outliers,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        if (outliers is null)
        {
            return;
        }
        if (ports?.Any(p => p.Protocol == "HTTP") == false)
        {
            errors.Add(
                path,
                "given",
                "must be left out where no port has protocol HTTP, because answers cannot be seen"
            );
        }
        errors.Range($"{path}.consecutiveErrors", outliers.ConsecutiveErrors, 1, 1000);
        errors.Range($"{path}.errorPercent", outliers.ErrorPercent, 1, 100);
        errors.Range($"{path}.minRequests", outliers.MinRequests, 1, 1_000_000);
        errors.Range($"{path}.maxEjectionPercent", outliers.MaxEjectionPercent, 0, 100);
        errors.Range($"{path}.panicPercent", outliers.PanicPercent, 0, 100);
        Time($"{path}.interval", outliers.Interval, errors);
        Time($"{path}.baseEjectionTime", outliers.BaseEjectionTime, errors);
        if (
            outliers.LatencyFactor is { } factor
            && !(
                double.TryParse(factor, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var times)
                && times is >= 1.5 and <= 100
            )
        )
        {
            errors.Add($"{path}.latencyFactor", factor, "must be a decimal from 1.5 to 100");
        }
    }

    private static void Time(string path, string value, FieldErrors errors)
    {
        if (errors.Duration(path, value) is { } time && (time < Shortest || time > Longest))
        {
            errors.Add(path, value, "must be from 1s to 1h");
        }
    }
}
