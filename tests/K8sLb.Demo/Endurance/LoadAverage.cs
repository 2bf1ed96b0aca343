using System.Globalization;

namespace K8sLb.Demo;

/// <summary>How busy the machine is with everything that runs on it.</summary>
internal sealed record LoadAverage(double OneMinute, double FiveMinutes, double FifteenMinutes)
{
    public static async Task<LoadAverage> NowAsync(CancellationToken cancellation) =>
        Parse(await File.ReadAllTextAsync("/proc/loadavg", cancellation));

    /// <param name="line">Such as <c>0.20 0.18 0.12 1/80 11206</c>.</param>
    public static LoadAverage Parse(string line)
    {
        var numbers = line.Split(' ').Take(3).Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToList();
        return new(numbers[0], numbers[1], numbers[2]);
    }
}
