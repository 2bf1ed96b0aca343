using K8sLb.Kubernetes;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator;

/// <summary>
/// Keeps something true by steps that each begin anew: after one that succeeds it waits for as long as that said, after one that fails
/// or leaves something undone for longer each time; a call ends the wait.
/// </summary>
/// <param name="name">Of the metric of failures.</param>
/// <param name="patience">For one step, also for one that does not look at its token.</param>
/// <param name="failed">Told why, in words for people.</param>
internal sealed class UpkeepLoop(
    string name,
    BackoffOptions pauses,
    TimeSpan patience,
    Action<string> failed,
    TimeProvider time
)
{
    private readonly AsyncSignal signal = new();
    private readonly Backoff backoff = new(pauses);

    /// <summary>There is something to look at now.</summary>
    public void Call() => signal.Set();

    /// <summary>Ends by cancellation only.</summary>
    /// <param name="step">Returns when to look next; null where something is left to be done soon.</param>
    public async Task RunAsync(Func<CancellationToken, Task<TimeSpan?>> step, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await signal.WaitAsync(await TryStepAsync(step, cancellationToken), time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
    }

    private async Task<TimeSpan> TryStepAsync(
        Func<CancellationToken, Task<TimeSpan?>> step,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (await step(either.Token).WaitAsync(either.Token) is not { } pause)
            {
                return backoff.Next();
            }
            backoff.Reset();
            return pause;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            OperatorMetrics.LoopFailures.Add(1, new KeyValuePair<string, object?>("loop", name));
            failed(e is OperationCanceledException ? "the API server did not answer in time" : e.Message);
            return backoff.Next();
        }
    }
}
