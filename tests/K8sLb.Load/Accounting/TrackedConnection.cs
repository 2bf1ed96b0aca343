namespace K8sLb.Load;

/// <summary>One connection in the account: who answers on it, and how it ended.</summary>
internal sealed class TrackedConnection(LoadRecorder recorder, LoadClass loadClass)
{
    private int ended;
    private volatile string servedBy = "";

    public LoadClass Class { get; } = loadClass;

    /// <summary>The pod that last answered.</summary>
    public string ServedBy => servedBy;

    /// <summary>An answer that names no pod changes nothing.</summary>
    public void AnsweredBy(string pod)
    {
        if (pod.Length > 0)
        {
            servedBy = pod;
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
