namespace K8sLb.Demo;

/// <summary>A pod as the table shows it.</summary>
internal sealed record MemberRow
{
    public required string Pod { get; init; }

    /// <summary>It was there before the restart.</summary>
    public required bool Old { get; init; }
    public required string Phase { get; init; }

    /// <summary>Null without K8sLb: nobody weighs.</summary>
    public int? Weight { get; init; }
    public required int Http1 { get; init; }
    public required int Http2 { get; init; }
    public required int WebSocket { get; init; }
    public DrainRow? Drain { get; init; }

    public int Connections => Http1 + Http2 + WebSocket;
}

/// <param name="SinceSeconds">How long it has been draining.</param>
/// <param name="Initial">Connections when it started.</param>
/// <param name="EtaSeconds">Until it is expected to end.</param>
internal sealed record DrainRow(double SinceSeconds, int Initial, int Remaining, double? EtaSeconds);
