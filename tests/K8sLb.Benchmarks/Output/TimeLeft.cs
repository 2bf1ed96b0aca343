using System.Diagnostics;
using System.Globalization;

namespace K8sLb.Benchmarks;

/// <summary>Says what was done and how long the rest takes, as far as the past tells.</summary>
internal sealed class TimeLeft(int steps)
{
    private readonly long begin = Stopwatch.GetTimestamp();
    private int done;

    public void Done(string what)
    {
        done++;
        var left = Stopwatch.GetElapsedTime(begin) / done * (steps - done);
        Console.Error.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"[{done}/{steps}] {what}, {left:m\\:ss} left")
        );
    }
}
