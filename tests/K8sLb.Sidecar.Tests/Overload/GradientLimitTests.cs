using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Overload;

namespace K8sLb.Sidecar.Tests.Overload;

/// <summary>The adaptive limit in front of a server whose capacity is known, in virtual time.</summary>
public sealed class GradientLimitTests
{
    private static readonly GradientRules Rules = new(5, 1_000, 1.5, 0.2, 0);

    [Fact]
    public void It_converges_near_the_capacity_and_stays_there() =>
        ForServers(server =>
        {
            var limit = server.Run(new(20), windows: 1_000, demand: 10_000);
            var later = server.Run(limit, windows: 10_000, demand: 10_000);
            return IsNear(limit, server) && IsNear(later, server);
        });

    [Fact]
    public void It_does_not_collapse_under_noise() =>
        ForServers(server =>
        {
            var limit = server.Run(new(20), windows: 500, demand: 10_000);
            for (var window = 0; window < 2_000; window++)
            {
                limit = server.Run(limit, windows: 1, demand: 10_000);
                if (limit.At(Rules) < server.Capacity * 0.7)
                {
                    return false;
                }
            }
            return true;
        });

    [Fact]
    public void It_recovers_from_a_time_of_slowness() =>
        ForServers(server =>
        {
            var well = server.Run(new(20), windows: 500, demand: 10_000);
            var slow = (server with { ServiceSeconds = server.ServiceSeconds * 10 }).Run(well, 50, demand: 10_000);
            var after = server.Run(slow, windows: 3_000, demand: 10_000);
            return slow.At(Rules) < well.At(Rules) / 1.5 && IsNear(after, server);
        });

    [Fact]
    public void It_follows_a_server_that_has_become_slower_for_good() =>
        ForServers(server =>
        {
            var well = server.Run(new(20), windows: 500, demand: 10_000);
            var slower = server with { ServiceSeconds = server.ServiceSeconds * 3 };
            return IsNear(slower.Run(well, windows: 3_000, demand: 10_000), slower);
        });

    [Fact]
    public void It_does_not_grow_while_little_is_asked_for() =>
        ForServers(server =>
        {
            var limit = server.Run(new(50), windows: 1_000, demand: 10);
            return limit.At(Rules) is > 20 and <= 50;
        });

    [Fact]
    public void It_keeps_its_bounds_whatever_is_measured() =>
        Prop.ForAll(
                Gen.Choose(1, 1_000_000).ListOf().ToArbitrary(),
                Gen.Choose(0, 2_000).ListOf(50).ToArbitrary(),
                (times, inFlight) =>
                {
                    var limit = new GradientLimit(20);
                    for (var i = 0; i < times.Count; i++)
                    {
                        limit = limit.Next(Rules, new(times[i] * 1e-6, inFlight[i % inFlight.Count]));
                        if (limit.At(Rules) is not (>= 5 and <= 1_000) || limit.UsualSeconds is not (> 0 and <= 1))
                        {
                            return false;
                        }
                    }
                    return true;
                }
            )
            .QuickCheckThrowOnFailure();

    /// <summary>A queue of its own making is what the tolerance allows, and the allowance on top.</summary>
    private static bool IsNear(GradientLimit limit, Server server) =>
        limit.At(Rules) >= server.Capacity * 0.7
        && limit.At(Rules) <= (server.Capacity * Rules.Tolerance) + (4 * Math.Sqrt(server.Capacity)) + 5;

    private static void ForServers(Func<Server, bool> holds) =>
        Prop.ForAll(
                (
                    from capacity in Gen.Choose(15, 400)
                    from milliseconds in Gen.Choose(1, 500)
                    from seed in Gen.Choose(0, 10_000)
                    select new Server(capacity, milliseconds / 1000.0, seed)
                ).ToArbitrary(),
                holds
            )
            .QuickCheckThrowOnFailure();

    /// <summary>Serves as much at a time as it has capacity for, and lets the rest wait.</summary>
    /// <param name="ServiceSeconds">Of a piece of work that does not wait; the means of windows differ by a tenth.</param>
    private sealed record Server(int Capacity, double ServiceSeconds, int Seed)
    {
        public GradientLimit Run(GradientLimit limit, int windows, int demand)
        {
            var random = new Random(Seed);
            for (var window = 0; window < windows; window++)
            {
                var inFlight = Math.Min(demand, (int)limit.At(Rules));
                var noise = 0.95 + (random.NextDouble() * 0.1);
                var seconds = ServiceSeconds * Math.Max(1, (double)inFlight / Capacity) * noise;
                limit = limit.Next(Rules, new(seconds, inFlight));
            }
            return limit;
        }
    }
}
