using K8sLb.Kubernetes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Status;

/// <summary>
/// Writes the status of one pool, on a loop of its own: a write that hangs or fails delays no decision and no other pool.
/// Only the newest status is ever written.
/// </summary>
/// <param name="pool">For logs.</param>
/// <param name="write">Writes it; throws where that fails.</param>
/// <param name="atServer">The status that the server has.</param>
public sealed partial class StatusWriter(
    string pool,
    Func<BackendPoolStatus, CancellationToken, Task> write,
    BackendPoolStatus? atServer,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    private readonly AsyncSignal signal = new();
    private readonly Backoff backoff = new(new BackoffOptions { Initial = TimeSpan.FromSeconds(1) });
    private StatusText? written = atServer is null ? null : new StatusText(atServer);
    private DateTimeOffset writtenAt = DateTimeOffset.MinValue;
    private volatile BackendPoolStatus? offered;

    /// <summary>Replaces what was offered before, written or not.</summary>
    public void Offer(BackendPoolStatus status)
    {
        offered = status;
        signal.Set();
    }

    /// <summary>Ends by cancellation only.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await TryStepAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
    }

    private async Task TryStepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StepAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var pause = backoff.Next();
            OperatorMetrics.StatusWriteFailures.Add(1);
            LogFailed(e, pool, backoff.Failures);
            // Whatever is offered meanwhile is what is written next.
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        var text = offered is { } status ? new StatusText(status) : null;
        if (text is null || StatusPacing.DueAt(text, written, writtenAt) is not { } due)
        {
            await signal.WaitAsync(cancellationToken);
            return;
        }
        var wait = due - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            await signal.WaitAsync(wait, time, cancellationToken);
            return;
        }
        await WriteAsync(text, cancellationToken);
    }

    private async Task WriteAsync(StatusText text, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(WriteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        writtenAt = time.GetUtcNow();
        // The token may be ignored by what it is given to; the wait for it is bounded all the same.
        await write(text.Status, either.Token).WaitAsync(either.Token);
        written = text;
        backoff.Reset();
        OperatorMetrics.StatusWrites.Add(1);
    }

    [LoggerMessage(
        EventId = 230,
        Level = LogLevel.Warning,
        Message = "Writing the status of {Pool} failed {Failures} times in a row, trying again"
    )]
    private partial void LogFailed(Exception e, string pool, int failures);
}
