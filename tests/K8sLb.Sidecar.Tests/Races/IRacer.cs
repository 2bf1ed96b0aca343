namespace K8sLb.Sidecar.Tests.Races;

/// <summary>An idle connection of a client that keeps to its protocol's rules, and sends one more request when told.</summary>
internal interface IRacer : IAsyncDisposable
{
    /// <summary>The close, or GOAWAY, has arrived.</summary>
    bool IsTold { get; }

    /// <summary>Reads what has arrived, and sends the request unless it has been told to go. Never waits.</summary>
    void Fire();

    /// <summary>What became of the request.</summary>
    Task<RaceFate> Fate { get; }
}

internal enum RaceFate
{
    Answered,

    /// <summary>Told before it was sent or, by GOAWAY, that it was not processed: the client may send it elsewhere.</summary>
    Moved,

    /// <summary>Answered, but not with 200.</summary>
    Refused,

    /// <summary>Sent, and never answered.</summary>
    Lost,
}
