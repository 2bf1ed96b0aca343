using K8sLb.Load;

namespace K8sLb.Demo.Tests;

/// <summary>Runs as the demo would have seen them.</summary>
internal static class Samples
{
    public static LoadReport Report(long requests, long failed) =>
        new()
        {
            StartedAt = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
            DurationSeconds = 60,
            Requests = requests,
            Failed = failed,
            FailuresByKind =
                failed == 0
                    ? new Dictionary<FailureKind, long>()
                    : new Dictionary<FailureKind, long> { [FailureKind.Cut] = failed },
            ConnectionsOpened = 100,
            ReleasedPolitely = 0,
            Cut = failed,
            ClosedWhileIdle = 0,
            ClosedByClient = 100 - failed,
            ProtocolRetries = 0,
            UnansweredAtClose = 0,
            P50Ms = 1,
            P99Ms = 12.5,
            LongestWaitMs = 100,
            LongestStallMs = 200,
            Moves = Moves(mostToldInASecond: 0),
            Classes = new Dictionary<LoadClass, ClassReport>(),
            Failures = failed == 0 ? [] : [new(12, LoadClass.Slow, FailureKind.Cut, "shop-1-old", "<closed> & gone")],
        };

    public static MoveReport Moves(int mostToldInASecond) =>
        new()
        {
            Told = mostToldInASecond,
            TurnedAway = 0,
            MostToldInASecond = mostToldInASecond,
            ToldBySecond = new Dictionary<int, int> { [12] = mostToldInASecond },
            Reconnected = mostToldInASecond,
            MostReconnectedInASecond = mostToldInASecond,
        };

    public static DemoFrame Frame(double seconds, long failed, params IReadOnlyList<MemberRow> members) =>
        new(
            RunKind.K8sLb,
            "steady load",
            seconds,
            new LoadProgress
            {
                Seconds = seconds,
                Requests = 1,
                Failed = failed,
                FailuresByKind = new Dictionary<FailureKind, long>(),
                ConnectionsOpened = 1,
                ReleasedPolitely = 0,
                Cut = 0,
                Members = members.ToDictionary(m => m.Pod, m => new OpenConnections(m.Http1, m.Http2, m.WebSocket)),
            },
            members
        );

    public static MemberRow Member(string pod, int connections, string phase = "Active", DrainRow? drain = null) =>
        new()
        {
            Pod = pod,
            Old = true,
            Phase = phase,
            Http1 = connections,
            Http2 = 0,
            WebSocket = 0,
            Drain = drain,
        };

    public static RolloutResult Run(RunKind kind, long failed, params IReadOnlyList<DemoFrame> frames) =>
        new(kind, Report(20_500, failed), 10, 20, 25, ["shop-1-old"], frames);
}
