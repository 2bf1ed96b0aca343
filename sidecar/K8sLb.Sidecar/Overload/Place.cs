namespace K8sLb.Sidecar.Overload;

/// <summary>A piece of work's place at the application, to be left once. The default is none: nobody counts it.</summary>
/// <param name="round">The breaker's.</param>
public readonly struct Place(ApplicationGate gate, int round)
{
    private readonly ApplicationGate? gate = gate;

    public bool IsHeld => gate is not null;

    internal int Round => round;

    /// <param name="took">Until the head of the answer; null where there was none.</param>
    public void NoteOutcome(bool success, TimeSpan? took = null) => gate?.NoteOutcome(round, success, took);

    public void Leave() => gate?.Leave(round);
}
