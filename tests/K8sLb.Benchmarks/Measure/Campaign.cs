namespace K8sLb.Benchmarks;

/// <summary>All workloads. Contenders take turns within each round, so that what else the machine does hits all of them alike.</summary>
internal sealed class Campaign(BenchOptions options, IReadOnlyList<Contender> contenders, TimeLeft progress)
{
    public static int Steps(BenchOptions options, IReadOnlyList<Contender> contenders) =>
        options.Workloads.Sum(w => (options.Rounds + 1) * contenders.Count(c => c.Ports.ContainsKey(w.Service)));

    public async Task<Dictionary<string, Dictionary<string, Figures>>> Run()
    {
        var measured = new Dictionary<string, Dictionary<string, Figures>>();
        foreach (var workload in options.Workloads)
        {
            measured[workload.Name] = await Run(workload);
        }
        return measured;
    }

    private async Task<Dictionary<string, Figures>> Run(Workload workload)
    {
        var able = contenders.Where(contender => contender.Ports.ContainsKey(workload.Service)).ToList();
        var rounds = able.ToDictionary(contender => contender.Name, _ => new List<Round>());
        // Round 0 warms everything up and does not count.
        for (var round = 0; round <= options.Rounds; round++)
        {
            foreach (var contender in able)
            {
                var result = await Round.Run(workload, contender, TimeSpan.FromSeconds(options.Seconds));
                if (round > 0)
                {
                    rounds[contender.Name].Add(result);
                }
                progress.Done($"{workload.Name} {contender.Name} {(round == 0 ? "warm-up" : $"round {round}")}");
            }
        }
        return rounds.ToDictionary(r => r.Key, r => Figures.Of(r.Value));
    }
}
