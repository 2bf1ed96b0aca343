using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Http;

/// <summary>A request on its way to one place: counted there until it is over.</summary>
internal sealed class DestinationAttempt : IDisposable
{
    private readonly DestinationLoad load;
    private readonly Place place;
    private readonly TimeProvider clock;
    private readonly long begun;
    private readonly CancellationTokenSource? timeout;

    /// <param name="place">Of the request, at the application here; its own from now on.</param>
    /// <param name="timeLimit">For the head of an answer to come.</param>
    public DestinationAttempt(DestinationLoad load, Place place, TimeProvider clock, TimeSpan? timeLimit = null)
    {
        (this.load, this.place, this.clock, begun) = (load, place, clock, clock.GetTimestamp());
        timeout = timeLimit is { } limit ? new(limit, clock) : null;
        if (!place.IsHeld)
        {
            load.Begin();
        }
    }

    /// <summary>Cancelled where no answer came in time.</summary>
    public CancellationToken TooLate => timeout?.Token ?? CancellationToken.None;

    /// <summary>The head of the answer has come; what follows may be as long as it likes.</summary>
    /// <param name="success">The application did what it was asked, or said rightly why not.</param>
    public void NoteAnswer(bool success)
    {
        timeout?.CancelAfter(Timeout.InfiniteTimeSpan);
        var took = clock.GetElapsedTime(begun);
        load.Took(took);
        load.NoteOutcome(success);
        place.NoteOutcome(success, took);
    }

    /// <summary>It was begun, and brought none.</summary>
    public void NoteNoAnswer()
    {
        load.NoteOutcome(success: false);
        place.NoteOutcome(success: false);
    }

    public void Dispose()
    {
        timeout?.Dispose();
        if (!place.IsHeld)
        {
            load.End();
        }
        place.Leave();
    }
}
