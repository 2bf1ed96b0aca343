namespace K8sLb.Benchmarks;

/// <summary>Puts a port of this machine under load.</summary>
internal interface ILoad
{
    /// <exception cref="LoadFailedException">Something failed, so the figures would mean nothing.</exception>
    Task<LoadResult> Run(int port, TimeSpan duration);
}

/// <param name="Units">Whatever the load counts: requests, echoes, MiB.</param>
/// <param name="PerSecond">Of those that the latencies are of.</param>
internal sealed record LoadResult(double Units, double PerSecond, double P50Us, double P99Us);

internal sealed class LoadFailedException(string message) : Exception(message);
