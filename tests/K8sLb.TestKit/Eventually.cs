using System.Diagnostics;

namespace K8sLb.TestKit;

/// <summary>Waits for a condition instead of a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public static Task IsTrue(Func<bool> condition, string what, TimeSpan? within = null) =>
        IsTrue(() => Task.FromResult(condition()), what, within);

    /// <exception cref="TimeoutException">It was never true; the message names what was waited for.</exception>
    public static async Task IsTrue(
        Func<Task<bool>> condition,
        string what,
        TimeSpan? within = null,
        CancellationToken cancellation = default
    )
    {
        var limit = within ?? TimeSpan.FromSeconds(30);
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"not within {limit.TotalSeconds:0.#} s: {what}");
            }
            // Any condition can be asked, but not any tells when it comes true.
            await Task.Delay(Step, cancellation);
        }
    }
}
