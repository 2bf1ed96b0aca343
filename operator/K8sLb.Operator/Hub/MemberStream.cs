using System.Buffers;
using System.IO.Pipelines;
using K8sLb.Operator.Diagnostics;
using K8sLb.Protocol;
using Microsoft.Extensions.Logging;

namespace K8sLb.Operator.Hub;

/// <summary>
/// Moves lines of one attached sidecar: one loop reads, one writes, and the end of either ends the other. At most one
/// snapshot is unanswered, so a slow sidecar skips to the newest version. Figures of load wait for no answer.
/// </summary>
/// <param name="tokens">Gets newer tokens of the pod.</param>
public sealed partial class MemberStream(
    MemberSession session,
    SidecarLineReader input,
    PipeWriter output,
    Action<string> tokens,
    HubOptions options,
    TimeProvider time,
    ILogger logger
)
{
    private readonly SentSnapshots sent = new();
    private byte[]? toldLoads;
    private bool tooSlow;

    /// <returns>False where the sidecar does not read what it is sent.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(ReadAsync(stop), WriteAsync(stop));
        return !tooSlow;
    }

    private async Task ReadAsync(CancellationTokenSource stop)
    {
        using var idle = new CancellationTokenSource(options.IdleTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, idle.Token);
        try
        {
            while (await input.ReadAsync(either.Token) is { } message)
            {
                idle.CancelAfter(options.IdleTimeout);
                Handle(message);
            }
            // A clean end: whoever wants no more lines gets none.
            await stop.CancelAsync();
        }
        catch (BadLineException e)
        {
            LogBadLine(session.State.Hello.PodName, e.Message);
            session.Close(new Refusal { Reason = e.Message, RetryAfterMs = 5000 });
        }
        catch (OperationCanceledException) when (idle.IsCancellationRequested)
        {
            LogIdle(session.State.Hello.PodName, options.IdleTimeout);
            session.Close(new Refusal { Reason = $"no line for {options.IdleTimeout.TotalSeconds:0.#} s" });
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            await stop.CancelAsync();
        }
    }

    private void Handle(SidecarMessage message)
    {
        var now = time.GetUtcNow();
        if (message.Report is { } report)
        {
            session.OnReport(report, now);
        }
        else if (message.Token is { } token)
        {
            tokens(token);
        }
        else if (message.Ack is { } ack && sent.Answer(ack.Nonce) is { } acknowledged)
        {
            OperatorMetrics.Acknowledged.Add(1);
            session.OnAcknowledged(acknowledged, now);
        }
        else if (message.Nack is { } nack && sent.Answer(nack.Nonce) is { } refused)
        {
            OperatorMetrics.Refused.Add(1);
            LogRefused(session.State.Hello.PodName, refused, nack.Error);
            session.OnRefused(refused, nack.Error, now);
        }
    }

    private async Task WriteAsync(CancellationTokenSource stop)
    {
        try
        {
            while (session.Closing is null)
            {
                if (session.Loads is { } loads && loads != toldLoads)
                {
                    toldLoads = loads;
                    output.Write(loads);
                    await FlushAsync(stop.Token);
                }
                else if (sent.Unanswered)
                {
                    var answered = await session.WaitForWorkAsync(options.AnswerTimeout, time, stop.Token);
                    if (!answered)
                    {
                        sent.GiveUpWaiting();
                    }
                }
                else if (Next() is var (publication, self))
                {
                    await SendAsync(publication, self, stop.Token);
                }
                else
                {
                    await session.WaitForWorkAsync(stop.Token);
                }
            }
            MessageWriter.Write(output, new OperatorMessage { Refusal = session.Closing });
            await FlushAsync(stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The connection broke, the reader has ended, or the sidecar is too slow.
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private (PoolPublication Publication, SelfDirective Self)? Next() =>
        session.Publication is { } publication
        && publication.Version > sent.LastVersion
        && publication.Selves.TryGetValue(session.State.Hello.PodUid, out var self)
            ? (publication, self)
            : null;

    private async Task SendAsync(PoolPublication publication, SelfDirective self, CancellationToken cancellationToken)
    {
        OperatorMetrics.SnapshotsSent.Add(1);
        OperatorMetrics.SnapshotsSkipped.Add(sent.Skipped(publication.Version));
        var nonce = sent.Add(publication.Version);
        MessageWriter.WriteSnapshot(output, publication, self, nonce, time.GetUtcNow());
        await FlushAsync(cancellationToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var slow = new CancellationTokenSource(options.WriteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, slow.Token);
        try
        {
            await output.FlushAsync(either.Token);
        }
        catch (OperationCanceledException) when (slow.IsCancellationRequested)
        {
            tooSlow = true;
            LogSlow(session.State.Hello.PodName, options.WriteTimeout);
            throw;
        }
    }

    [LoggerMessage(EventId = 210, Level = LogLevel.Warning, Message = "Stream of {Pod} ended: {Error}")]
    private partial void LogBadLine(string pod, string error);

    [LoggerMessage(EventId = 211, Level = LogLevel.Warning, Message = "Stream of {Pod} ended: no line for {Time}")]
    private partial void LogIdle(string pod, TimeSpan time);

    [LoggerMessage(EventId = 212, Level = LogLevel.Warning, Message = "Stream of {Pod} ended: not read for {Time}")]
    private partial void LogSlow(string pod, TimeSpan time);

    [LoggerMessage(EventId = 213, Level = LogLevel.Error, Message = "{Pod} refused version {Version}: {Error}")]
    private partial void LogRefused(string pod, long version, string error);
}
