using System.Collections.Immutable;

namespace K8sLb.Core.Balancing;

/// <summary>
/// Weights from what members report: weight = qps / (utilisation + eps / qps * penalty), as in gRPC's weighted round robin (gRFC A58).
/// No application here says how much of itself is used, so utilisation is what a member has under way, in units of what the pool's
/// mean member would have with the pool's mean latency. So a member that answers in twice the time comes to half the weight, whatever
/// load it was given; a measure by its own best throughput would make one that was once given much look strong for ever. And qps counts
/// answers that did not fail: failures are quick, and a member is not to be given more for them.
/// </summary>
/// <remarks>
/// Latency answers to load, more so the closer a member is to its limit, and reports come late. So weights go a small part of the way at a
/// time: with a gain g, a step's delay, and a latency that grows K times as fast as load, the loop is stable for g * K below 1, which
/// is a member at 85 % of what it can do.
/// </remarks>
public static class ReportedWeights
{
    /// <summary>Between steps.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>For so long a member's figures are not used: a new one answers slowly while it warms up (gRFC A58: 10 s).</summary>
    public static readonly TimeSpan Blackout = TimeSpan.FromSeconds(10);

    /// <summary>After that much silence what was known of a member is forgotten (gRFC A58: 3 min).</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromMinutes(3);

    private const double Penalty = 1;
    private const double Gain = 0.15;

    /// <summary>No step changes a weight by more.</summary>
    private const double LongestStep = 1.15;
    private const double Least = 0.1;
    private const double Most = 10;

    /// <summary>Fewer answers in a step say nothing of how long they take.</summary>
    private const int FewestAnswers = 10;

    /// <param name="known">The last result, by UID.</param>
    /// <param name="heard">Of the members that are attached.</param>
    public static ImmutableDictionary<string, ReportedLoad> Next(
        ImmutableDictionary<string, ReportedLoad> known,
        IReadOnlyCollection<LoadFigures> heard,
        DateTimeOffset now
    )
    {
        var next = known.ToBuilder();
        foreach (var (uid, load) in known)
        {
            if (load.At + Expiry <= now)
            {
                next.Remove(uid);
            }
        }
        var due = new List<(ReportedLoad Before, Step Step)>();
        foreach (var figures in heard)
        {
            // A sidecar that was restarted counts from nothing again.
            if (
                !next.TryGetValue(figures.Uid, out var before)
                || figures.Served < before.Figures.Served
                || figures.Timed < before.Figures.Timed
            )
            {
                next[figures.Uid] = new(figures, now, now);
            }
            else if (before.At + Period <= now)
            {
                next[figures.Uid] = before with { Figures = figures, At = now };
                if (before.KnownSince + Blackout <= before.At && Step.Of(before, figures, now) is { } step)
                {
                    due.Add((before, step));
                }
            }
        }
        foreach (var (uid, factor) in Factors(due))
        {
            next[uid] = next[uid] with { Factor = factor };
        }
        return next.ToImmutable();
    }

    private static IEnumerable<(string Uid, double Factor)> Factors(List<(ReportedLoad Before, Step Step)> due)
    {
        // One alone has nobody to be compared with.
        if (due.Count < 2)
        {
            return [];
        }
        var qps = due.Sum(d => d.Step.Qps);
        var usual = due.Sum(d => d.Step.UnderWay) / due.Count;
        var weights = due.Select(d =>
                (
                    d.Before.Figures.Uid,
                    d.Before.Factor,
                    Weight: d.Step.Qps
                        * (1 - d.Step.ErrorRatio)
                        / ((d.Step.UnderWay / usual) + (d.Step.ErrorRatio * Penalty))
                )
            )
            .ToList();
        var mean = qps / due.Count;
        return weights.Select(w => (w.Uid, Toward(w.Factor, Math.Clamp(w.Weight / mean, Least, Most))));
    }

    /// <summary>A part of the way, as ratios go.</summary>
    private static double Toward(double factor, double wanted)
    {
        var step = Math.Clamp(Math.Pow(wanted / factor, Gain), 1 / LongestStep, LongestStep);
        return Math.Clamp(factor * step, Least, Most);
    }

    /// <param name="UnderWay">
    /// By Little's law from the geometric mean of latencies: of heavy-tailed times an arithmetic one is what the longest of them makes it.
    /// </param>
    private readonly record struct Step(double Qps, double UnderWay, double ErrorRatio)
    {
        /// <summary>A microsecond, and a day: what lies beyond was not measured by a clock.</summary>
        private const double LeastLogMs = -7;
        private const double MostLogMs = 18.3;

        public static Step? Of(ReportedLoad before, LoadFigures now, DateTimeOffset at)
        {
            var (seconds, served) = ((at - before.At).TotalSeconds, now.Served - before.Figures.Served);
            var timed = now.Timed - before.Figures.Timed;
            var logMs = (now.LogMs - before.Figures.LogMs) / timed;
            return served < FewestAnswers || timed < FewestAnswers || !double.IsFinite(logMs)
                ? null
                : new(
                    served / seconds,
                    served / seconds * Math.Exp(Math.Clamp(logMs, LeastLogMs, MostLogMs)) / 1_000,
                    Math.Clamp((now.Failed - before.Figures.Failed) / (double)served, 0, 1)
                );
        }
    }
}
