namespace K8sLb.Load;

/// <summary>
/// A client's pauses: a mean of its own, from a quarter of the given one to four times that, and a fifth of it to
/// either side from one pause to the next. The first pause is any part of the mean, so that clients do not begin together.
/// </summary>
internal sealed class Rhythm
{
    private readonly Random random;
    private readonly double meanMs;
    private bool begun;

    public Rhythm(int meanIntervalMs, Random random)
    {
        this.random = random;
        meanMs = meanIntervalMs * Math.Pow(4, 2 * random.NextDouble() - 1);
    }

    public TimeSpan Next()
    {
        var factor = begun ? 0.8 + 0.4 * random.NextDouble() : random.NextDouble();
        begun = true;
        return TimeSpan.FromMilliseconds(meanMs * factor);
    }

    /// <summary>A client's time to think, for which there is nothing to wait for. False where the load stops.</summary>
    public async Task<bool> WaitAsync(CancellationToken stopping)
    {
        await Task.Delay(Next(), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }
}
