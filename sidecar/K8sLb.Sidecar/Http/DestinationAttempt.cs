using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Http;

/// <summary>A request on its way to one place: counted there until it is over.</summary>
internal sealed class DestinationAttempt : IDisposable
{
    private readonly DestinationLoad load;
    private readonly TimeProvider clock;
    private readonly long begun;
    private readonly CancellationTokenSource? timeout;

    /// <param name="timeLimit">For the head of an answer to come.</param>
    public DestinationAttempt(DestinationLoad load, TimeProvider clock, TimeSpan? timeLimit = null)
    {
        (this.load, this.clock, begun) = (load, clock, clock.GetTimestamp());
        timeout = timeLimit is { } limit ? new(limit, clock) : null;
        load.Begin();
    }

    /// <summary>Cancelled where no answer came in time.</summary>
    public CancellationToken TooLate => timeout?.Token ?? CancellationToken.None;

    /// <summary>The head of the answer has come; what follows may be as long as it likes.</summary>
    /// <param name="success">The application did what it was asked, or said rightly why not.</param>
    public void NoteAnswer(bool success)
    {
        timeout?.CancelAfter(Timeout.InfiniteTimeSpan);
        load.Took(clock.GetElapsedTime(begun));
        load.NoteOutcome(success);
    }

    /// <summary>It was begun, and brought none.</summary>
    public void NoteNoAnswer() => load.NoteOutcome(success: false);

    public void Dispose()
    {
        timeout?.Dispose();
        load.End();
    }
}
