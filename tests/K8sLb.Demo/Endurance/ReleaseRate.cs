namespace K8sLb.Demo;

/// <summary>The pool's <c>drain.maxReleasesPerSecond</c>, and what the client may see of it.</summary>
internal sealed record ReleaseRate(int PerSecond)
{
    /// <summary>
    /// A member's connections take so many seconds: enough to be a pace, and little enough that all members at once have time
    /// within their deadline, so that no pace has to be raised for it.
    /// </summary>
    private const int SecondsForAMember = 3;

    /// <summary>
    /// Connections that clients may see told in one second. A tenth more than the rate may be let go in it; but a client is told
    /// with its own next message, up to seconds after it was let go, so that by chance more of them fall into a second: as for
    /// any such count, by three times the root at the very most. Without a pace a member's connections are all told within one
    /// interval of their clients, more than twice as many.
    /// </summary>
    public double Most => Math.Round(PerSecond * 1.1 + 1 + 3 * Math.Sqrt(PerSecond), 1);

    /// <param name="connections">That the load keeps open.</param>
    public static ReleaseRate For(int connections, int members) =>
        new(Math.Max(1, connections / members / SecondsForAMember));

    public bool IsKeptBy(int inASecond) => inASecond <= Most;
}
