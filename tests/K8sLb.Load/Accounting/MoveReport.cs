namespace K8sLb.Load;

/// <summary>How connections that are kept open moved; <see cref="LoadClass.NewConnection"/> is not among them.</summary>
public sealed record MoveReport
{
    /// <summary>By the protocol's notice, when it came: Connection: close, the first GOAWAY, a close frame.</summary>
    public required long Told { get; init; }

    /// <summary>
    /// HTTP/1.1 connections whose first answer said Connection: close, beside those that were <see cref="Told"/>: they came to
    /// a server that was on its way out already, and hold nothing that is to be spread over time.
    /// </summary>
    public required long TurnedAway { get; init; }

    /// <summary>In one second of the load, of <see cref="Told"/>.</summary>
    public required int MostToldInASecond { get; init; }

    /// <summary>Seconds of the load in which nobody was told are left out.</summary>
    public required IReadOnlyDictionary<int, int> ToldBySecond { get; init; }

    /// <summary>Opened in the place of one that was told, or turned away.</summary>
    public required long Reconnected { get; init; }
    public required int MostReconnectedInASecond { get; init; }
}
