namespace K8sLb.Load;

/// <summary>One connection in the account: who answers on it, whether it was told to move, and how it ended.</summary>
internal sealed class TrackedConnection(LoadRecorder recorder, LoadClass loadClass)
{
    private int ended;
    private int told;
    private volatile string servedBy = "";

    public LoadClass Class { get; } = loadClass;

    /// <summary>The pod that last answered.</summary>
    public string ServedBy => servedBy;

    public bool WasToldToMove => Volatile.Read(ref told) != 0;

    /// <summary>An answer that names no pod changes nothing.</summary>
    public void AnsweredBy(string pod)
    {
        if (pod.Length > 0)
        {
            servedBy = pod;
        }
    }

    /// <summary>
    /// The server's polite notice has come. The first one counts, unless it answers the client's own end.
    /// </summary>
    /// <param name="atFirstAnswer">It had not answered before.</param>
    public void ToldToMove(bool atFirstAnswer = false)
    {
        if (Volatile.Read(ref ended) == 0 && Interlocked.Exchange(ref told, 1) == 0)
        {
            recorder.ToldToMove(atFirstAnswer);
        }
    }

    /// <summary>The first end counts.</summary>
    public void End(ConnectionEnd end)
    {
        if (Interlocked.Exchange(ref ended, 1) == 0)
        {
            recorder.Ended(this, end);
        }
    }
}
