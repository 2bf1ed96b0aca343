using System.Diagnostics;

namespace K8sLb.TestKit;

/// <summary>
/// Waits for a condition without letting go of the processor for longer than it must: for tests that have another thread
/// meet a window of nanoseconds, many thousand times.
/// </summary>
public static class Closely
{
    private const int SpinsBeforeYield = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <exception cref="TimeoutException">It was never true; the message names what was waited for.</exception>
    public static void IsTrue(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        for (var spins = 0; !condition(); spins++)
        {
            if (spins < SpinsBeforeYield)
            {
                Thread.SpinWait(1);
                continue;
            }
            if (clock.Elapsed > Limit)
            {
                throw new TimeoutException($"not within {Limit.TotalSeconds:0.#} s: {what}");
            }
            Thread.Yield();
        }
    }
}
