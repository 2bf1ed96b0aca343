namespace K8sLb.Benchmarks;

/// <summary>One contender under one workload for some seconds.</summary>
internal sealed record Round(double CpuUsPerRequest, double RequestsPerSecond, double P50Us, double P99Us)
{
    /// <exception cref="LoadFailedException">Says who failed at what.</exception>
    public static async Task<Round> Run(Workload workload, Contender contender, TimeSpan duration)
    {
        try
        {
            var before = contender.Process?.CpuTime() ?? TimeSpan.Zero;
            var result = await workload.Load.Run(contender.Ports[workload.Service], duration);
            var cpu = (contender.Process?.CpuTime() ?? TimeSpan.Zero) - before;
            return new(cpu.TotalMicroseconds / result.Units, result.PerSecond, result.P50Us, result.P99Us);
        }
        catch (LoadFailedException e)
        {
            throw new LoadFailedException($"{contender.Name} under {workload.Name}: {e.Message}");
        }
    }
}
