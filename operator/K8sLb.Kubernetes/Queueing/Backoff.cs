namespace K8sLb.Kubernetes;

public sealed record BackoffOptions
{
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(200);
    public TimeSpan Maximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before try number <paramref name="failures"/> + 1, without jitter: doubled with every failure.</summary>
    public TimeSpan After(int failures)
    {
        // 2^30 of any sensible start is beyond any sensible maximum; more would overflow.
        var factor = Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        return Initial * factor < Maximum ? Initial * factor : Maximum;
    }
}

/// <summary>Exponential back-off with jitter for one loop: half of each wait is fixed, half is random.</summary>
public sealed class Backoff(BackoffOptions options)
{
    public int Failures { get; private set; }

    public TimeSpan Next()
    {
        Failures++;
        return options.After(Failures) * (0.5 + (0.5 * Random.Shared.NextDouble()));
    }

    public void Reset() => Failures = 0;
}
