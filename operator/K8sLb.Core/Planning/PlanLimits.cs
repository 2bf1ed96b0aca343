namespace K8sLb.Core.Planning;

/// <summary>Constants of the decisions, with their reasons.</summary>
public static class PlanLimits
{
    public const int DefaultWeight = 100;
    public const int MaxWeight = 1000;

    /// <summary>A sidecar reports once a second; this is silence enough for a redial with back-off to have failed.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(15);

    /// <summary>
    /// For which connections must be held unevenly before any is moved: longer than the figures are old, and than it takes clients of
    /// a member that has gone to come back.
    /// </summary>
    public static readonly TimeSpan RebalanceAfter = TimeSpan.FromSeconds(5);

    /// <summary>A round that has not come to its end by then is decided anew: connections come and go meanwhile.</summary>
    public static readonly TimeSpan RebalanceRound = TimeSpan.FromSeconds(60);

    /// <summary>Between a drain's deadline and SIGKILL: time for the application to end after preStop has returned.</summary>
    public static readonly TimeSpan KillMargin = TimeSpan.FromSeconds(2);

    /// <summary>After the deadline the sidecar's own account of the drain is waited for, because it knows what was cut.</summary>
    public static readonly TimeSpan ReportGrace = TimeSpan.FromSeconds(2);
}
