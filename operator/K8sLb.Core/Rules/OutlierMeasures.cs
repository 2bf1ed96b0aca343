using System.Globalization;

namespace K8sLb.Core.Rules;

/// <summary>What is too much, whoever saw it: each says what was found, or null.</summary>
internal static class OutlierMeasures
{
    public static string? Streak(int failuresInARow, OutlierSpec spec) =>
        failuresInARow >= spec.ConsecutiveErrors ? $"{Number(failuresInARow)} failures in a row" : null;

    public static string? Ratio(long served, long failed, OutlierSpec spec) =>
        served >= spec.MinRequests && failed * 100 >= served * spec.ErrorPercent
            ? $"{Number(failed)} of {Number(served)} failed"
            : null;

    public static string? Latency(double? latencyMs, double? usualMs, OutlierSpec spec) =>
        spec.LatencyFactor > 0 && latencyMs > usualMs * spec.LatencyFactor
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"answers take {latencyMs:0} ms, where {usualMs:0} ms are usual"
            )
            : null;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
