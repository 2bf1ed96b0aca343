namespace K8sLb.Load;

/// <summary>Exact quantiles by nearest rank. A bounded run has few enough values to keep them all.</summary>
internal static class Quantile
{
    public static double[] Sorted(IEnumerable<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>0 where there are no values.</summary>
    public static double Of(double[] sorted, double q) =>
        sorted.Length == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Length) - 1, 0, sorted.Length - 1)];
}
