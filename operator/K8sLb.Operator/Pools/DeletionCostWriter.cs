using K8sLb.Core.Balancing;
using K8sLb.Kubernetes;
using K8sLb.Operator.Diagnostics;

namespace K8sLb.Operator.Pools;

/// <summary>
/// Writes what the removal of each pod would cost into the pods, on a loop of its own and not often: scale-in takes the costs that it
/// finds, and need not know them to the second.
/// </summary>
/// <param name="pool">For logs.</param>
/// <param name="write">Writes one; throws where that fails.</param>
internal sealed partial class DeletionCostWriter(
    string pool,
    Func<PodCost, CancellationToken, Task> write,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    private volatile IReadOnlyList<PodCost> offered = [];

    /// <summary>Replaces what was offered before; empty where the pool wants no costs written.</summary>
    public void Offer(IReadOnlyList<PodCost> costs) => offered = costs;

    /// <summary>Ends by cancellation only.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var cost in DeletionCosts.Due(offered))
                {
                    await TryWriteAsync(cost, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
    }

    private async Task TryWriteAsync(PodCost cost, CancellationToken cancellationToken)
    {
        try
        {
            using var timeout = new CancellationTokenSource(WriteTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
            await write(cost, either.Token);
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            // The pod is gone, or another one has its name: nothing is to be said of it any more.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The next round tries again.
            OperatorMetrics.LoopFailures.Add(1, new KeyValuePair<string, object?>("loop", "deletion-cost"));
            LogFailed(e, pool, cost.Name);
        }
    }

    [LoggerMessage(
        EventId = 321,
        Level = LogLevel.Warning,
        Message = "The deletion cost of {Pod} in {Pool} could not be written, trying again"
    )]
    private partial void LogFailed(Exception e, string pool, string pod);
}
