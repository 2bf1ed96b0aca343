namespace K8sLb.Protocol;

/// <summary>What the sidecar needs for a drain that it starts itself, and for every release.</summary>
public sealed record DrainPolicy
{
    public required long DeadlineMs { get; init; }
    public required long RampDownMs { get; init; }
    public required long QuietPeriodMs { get; init; }
    public required LateArrivals LateArrivals { get; init; }

    /// <summary>Over all members of the pool together.</summary>
    public required int MaxReleasesPerSecond { get; init; }

    /// <summary>For the answer to the PING between the two GOAWAYs of HTTP/2.</summary>
    public required long GoAwayGraceMs { get; init; }
    public required int WebSocketCloseCode { get; init; }
    public required DeadlineAction OnDeadline { get; init; }
}

/// <summary>How what is left at the deadline is closed.</summary>
public enum DeadlineAction
{
    /// <summary>FIN: what was sent still arrives.</summary>
    Close,

    /// <summary>RST.</summary>
    Reset,
}

public enum LateArrivals
{
    /// <summary>Hand new work to a healthy peer; serve it where there is none.</summary>
    Reroute,

    /// <summary>Serve it as before.</summary>
    Serve,

    /// <summary>HTTP: 503 with Retry-After and Connection: close. TCP: close at once.</summary>
    Reject,
}
