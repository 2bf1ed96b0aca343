namespace K8sLb.Benchmarks;

/// <summary>One contender under one workload for some seconds.</summary>
internal sealed record Round(double CpuUsPerRequest, double RequestsPerSecond, double P50Us, double P99Us)
{
    /// <exception cref="InvalidOperationException">Requests failed, so the figures would mean nothing.</exception>
    public static async Task<Round> Run(Workload workload, Contender contender, int seconds)
    {
        var before = contender.Process?.CpuTime() ?? TimeSpan.Zero;
        var result = await Wrk.Run(workload, contender.Port, seconds);
        var cpu = (contender.Process?.CpuTime() ?? TimeSpan.Zero) - before;
        if (result.Errors > 0 || result.Requests == 0)
        {
            throw new InvalidOperationException(
                $"{contender.Name} under {workload.Name}: {result.Errors} errors in {result.Requests} requests"
            );
        }
        return new Round(cpu.TotalMicroseconds / result.Requests, result.RequestsPerSecond, result.P50Us, result.P99Us);
    }
}
