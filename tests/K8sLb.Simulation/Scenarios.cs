using K8sLb.Protocol;

namespace K8sLb.Simulation;

/// <summary>What the plots of the documentation show, and the tests hold to.</summary>
internal static class Scenarios
{
    /// <summary>When something begins to happen: by then the pool has come to rest.</summary>
    public const double Begin = 40;

    /// <summary>Pods are added to a pool whose clients all have their connections.</summary>
    public static PoolSimulation ScaleOut(SimulationOptions options, int from, double until)
    {
        var simulation = new PoolSimulation(options);
        var added = simulation.Members.Skip(from).ToList();
        foreach (var member in added)
        {
            (member.IsUp, member.IsReady, member.IsEndpoint) = (false, false, false);
        }
        simulation.Time.At(
            Begin,
            () =>
            {
                foreach (var member in added)
                {
                    member.IsUp = true;
                    simulation.SetReady(member, true);
                }
            }
        );
        simulation.Run(until);
        return simulation;
    }

    /// <summary>One member takes three times as long as the others: an even part of the work is more than it can do.</summary>
    public static PoolSimulation SlowMember(int seed, bool weighsByReports, BalancingKind balancing, double until)
    {
        var simulation = new PoolSimulation(
            new()
            {
                Seed = seed,
                Members = 8,
                RequestsPerSecond = 480,
                Balancing = balancing,
                WeighsByReports = weighsByReports,
                LongestDelay = 3,
            }
        );
        simulation.Members[0].Slowness = 3;
        simulation.Run(until);
        return simulation;
    }

    /// <summary>For some minutes members crash and lose their readiness, and reports get lost; then there is quiet.</summary>
    public static PoolSimulation Trouble(SimulationOptions options, double lasting, double until, bool crashes = true)
    {
        var simulation = new PoolSimulation(options);
        var random = new Random(options.Seed);
        for (var at = Begin; at < Begin + lasting; at += 1 + (random.NextDouble() * 10))
        {
            var victim = simulation.Members[random.Next(simulation.Members.Count)];
            if (crashes && random.Next(2) == 0)
            {
                simulation.Time.At(at, () => simulation.Crash(victim, 5 + (random.NextDouble() * 20)));
            }
            else
            {
                simulation.Time.At(at, () => simulation.SetReady(victim, false));
                simulation.Time.At(at + 3, () => simulation.SetReady(victim, victim.IsUp));
            }
        }
        simulation.Run(until);
        return simulation;
    }
}
