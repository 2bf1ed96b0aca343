using System.Collections.Immutable;
using K8sLb.Core.Balancing;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Mapping;
using Microsoft.Extensions.Logging;

namespace K8sLb.Operator.Pools;

/// <summary>Hands round what a pool's members report of their load, and what that makes of their weights.</summary>
/// <param name="weighs">Whether the pool wants its weights changed by reports.</param>
internal sealed partial class LoadExchange(PoolChannel channel, Func<bool> weighs, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    /// <summary>Within the time for which members keep what they were told.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Every member is told of every other: what goes out grows with the square, and so the pause with the members.</summary>
    private static readonly TimeSpan ForEachMember = TimeSpan.FromMilliseconds(20);

    private ImmutableDictionary<string, ReportedLoad> weights = ImmutableDictionary<string, ReportedLoad>.Empty;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Shortest, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                timer.Period = Tell();
            }
        }
        catch (OperationCanceledException)
        {
            // The pool is not served here any more.
        }
    }

    /// <returns>When to tell next.</returns>
    private TimeSpan Tell()
    {
        try
        {
            var members = channel.Members;
            weights = weighs()
                ? ReportedWeights.Next(weights, LoadMapper.Figures(members), time.GetUtcNow())
                : weights.Clear();
            var loads = LoadMapper.Read(members, weights);
            if (loads.Members.Count > 1)
            {
                channel.Tell(loads);
            }
            var pause = ForEachMember * loads.Members.Count;
            return pause < Shortest ? Shortest
                : pause > Longest ? Longest
                : pause;
        }
        catch (Exception e)
        {
            OperatorMetrics.LoopFailures.Add(1, new KeyValuePair<string, object?>("loop", "loads"));
            LogFailed(channel.Pool.ToString(), e);
            return Longest;
        }
    }

    [LoggerMessage(EventId = 320, Level = LogLevel.Error, Message = "Figures of {Pool} could not be told")]
    private partial void LogFailed(string pool, Exception error);
}
