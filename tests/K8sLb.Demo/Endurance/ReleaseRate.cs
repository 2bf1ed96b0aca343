namespace K8sLb.Demo;

/// <summary>The pool's <c>drain.maxReleasesPerSecond</c>, and what the client may see of it.</summary>
internal sealed record ReleaseRate(int PerSecond)
{
    /// <summary>
    /// A member's connections take so many seconds: enough to be a pace, and little enough that all members at once have time
    /// within their deadline, so that no pace has to be raised for it.
    /// </summary>
    private const int SecondsForAMember = 3;

    /// <summary>In a second; the sidecar's token bucket holds a tenth of one, and seconds do not begin with the load's.</summary>
    public double Most => PerSecond * 1.1 + 1;

    /// <param name="connections">That the load keeps open.</param>
    public static ReleaseRate For(int connections, int members) =>
        new(Math.Max(1, connections / members / SecondsForAMember));

    public bool IsKeptBy(int inASecond) => inASecond <= Most;
}
