using System.Collections.Immutable;
using K8sLb.Core.Balancing;

namespace K8sLb.Core.Tests.Balancing;

/// <summary>
/// A pool in virtual time: work is spread by the weights that were told last, every member answers as a queue with its capacity does
/// (M/M/1: 1 / (capacity - load)), and what it reports is heard late.
/// </summary>
internal sealed class LatencyLoop(double[] capacities, double qps, int stepsLate)
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly double[] served = new double[capacities.Length];
    private readonly double[] failed = new double[capacities.Length];
    private readonly double[] logMs = new double[capacities.Length];
    private readonly Queue<LoadFigures[]> underway = new();
    private readonly Queue<ImmutableDictionary<string, ReportedLoad>> told = new();
    private ImmutableDictionary<string, ReportedLoad> weights = ImmutableDictionary<string, ReportedLoad>.Empty;
    private int second;

    /// <summary>Of each member, from 0 to 1, and how much faster failures are than answers.</summary>
    public double[] ErrorRatio { get; init; } = new double[capacities.Length];

    /// <summary>Factors after each second.</summary>
    public List<double[]> History { get; } = [];

    public double[] Factors => [.. Enumerable.Range(0, capacities.Length).Select(i => Factor(weights, i))];

    public double Latency(int member) => 1 / Math.Max(capacities[member] * 0.001, capacities[member] - Load(member));

    public void Run(int seconds)
    {
        for (var end = second + seconds; second < end; second++)
        {
            Serve();
            underway.Enqueue([
                .. capacities.Select(
                    (_, i) => new LoadFigures($"m{i}", (long)served[i], (long)failed[i], (long)served[i], logMs[i])
                ),
            ]);
            if (underway.Count > stepsLate)
            {
                weights = ReportedWeights.Next(weights, underway.Dequeue(), Start.AddSeconds(second));
            }
            told.Enqueue(weights);
            if (told.Count > stepsLate)
            {
                told.Dequeue();
            }
            History.Add(Factors);
        }
    }

    private void Serve()
    {
        for (var i = 0; i < capacities.Length; i++)
        {
            var load = Load(i);
            served[i] += load;
            failed[i] += load * ErrorRatio[i];
            // A failure takes a twentieth of the time.
            logMs[i] += load * (Math.Log(Latency(i) * 1_000) + (ErrorRatio[i] * Math.Log(0.05)));
        }
    }

    private double Load(int member)
    {
        var used = told.Count > 0 ? told.Peek() : weights;
        return qps * Factor(used, member) / Enumerable.Range(0, capacities.Length).Sum(i => Factor(used, i));
    }

    private static double Factor(ImmutableDictionary<string, ReportedLoad> from, int member) =>
        from.GetValueOrDefault($"m{member}")?.Factor ?? 1;
}
