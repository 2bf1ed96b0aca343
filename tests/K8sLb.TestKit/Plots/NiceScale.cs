namespace K8sLb.TestKit.Plots;

/// <summary>Round numbers for an axis.</summary>
public static class NiceScale
{
    private static readonly double[] Factors = [1, 2, 5, 10];

    /// <summary>A step of 1, 2 or 5 times a power of ten, and at least 1, that divides the span in about so many parts.</summary>
    public static double Step(double span, int parts)
    {
        if (span <= 0)
        {
            return 1;
        }
        var power = Math.Pow(10, Math.Floor(Math.Log10(span / parts)));
        var step = Factors.Select(factor => factor * power).First(s => s * parts >= span - 1e-9);
        return Math.Max(1, step);
    }

    /// <summary>The axis' end: the first multiple of the step that holds the value, with something on the axis in any case.</summary>
    public static double End(double value, int parts) =>
        Math.Max(1, Math.Ceiling(value / Step(value, parts))) * Step(value, parts);

    public static IEnumerable<double> Ticks(double from, double to, double step)
    {
        for (var tick = Math.Ceiling(from / step) * step; tick <= to + 1e-9; tick += step)
        {
            // Adding 0 turns a negative zero into a plain one.
            yield return Math.Round(tick, 9) + 0.0;
        }
    }
}
