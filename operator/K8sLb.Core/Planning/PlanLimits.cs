namespace K8sLb.Core.Planning;

/// <summary>Constants of the decisions, with their reasons.</summary>
public static class PlanLimits
{
    public const int DefaultWeight = 100;
    public const int MaxWeight = 1000;

    /// <summary>A sidecar reports once a second; this is silence enough for a redial with back-off to have failed.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(15);

    /// <summary>Between a drain's deadline and SIGKILL: time for the application to end after preStop has returned.</summary>
    public static readonly TimeSpan KillMargin = TimeSpan.FromSeconds(2);

    /// <summary>After the deadline the sidecar's own account of the drain is waited for, because it knows what was cut.</summary>
    public static readonly TimeSpan ReportGrace = TimeSpan.FromSeconds(2);
}
