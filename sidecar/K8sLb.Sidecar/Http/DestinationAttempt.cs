using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Http;

/// <summary>A request on its way to one place: counted there until it is over.</summary>
internal sealed class DestinationAttempt : IDisposable
{
    private readonly DestinationLoad load;
    private readonly TimeProvider clock;
    private readonly long begun;

    public DestinationAttempt(DestinationLoad load, TimeProvider clock)
    {
        (this.load, this.clock, begun) = (load, clock, clock.GetTimestamp());
        load.Begin();
    }

    /// <summary>The head of the answer has come; what follows may be as long as it likes.</summary>
    public void NoteAnswer() => load.Took(clock.GetElapsedTime(begun));

    public void Dispose() => load.End();
}
