using K8sLb.Core.Balancing;
using K8sLb.Operator.Hub;
using K8sLb.Protocol;

namespace K8sLb.Operator.Mapping;

/// <summary>What members are told of each other's load.</summary>
internal static class LoadMapper
{
    /// <param name="weights">By UID; empty where reports do not change weights.</param>
    public static PoolLoads Read(IEnumerable<MemberState> members, IReadOnlyDictionary<string, ReportedLoad> weights) =>
        new()
        {
            Members =
            [
                .. members
                    .Where(m => m is { Attached: true, Report: not null })
                    .Select(m => new MemberLoad
                    {
                        Uid = m.Hello.PodUid,
                        ArrivalsPerSecond = Rounded(m.Report!.ArrivalsPerSecond),
                        InFlight = m.Report.Local?.InFlight,
                        LatencyMs = Rounded(m.Report.Local?.LatencyMs),
                        WeightFactor = weights.TryGetValue(m.Hello.PodUid, out var weight)
                            ? Math.Round(weight.Factor, 4)
                            : null,
                        Held = m.Report.Held?.Connections,
                        Sessions = m.Report.Sessions,
                    }),
            ],
        };

    /// <summary>Of the members that say enough of their requests.</summary>
    public static IReadOnlyList<LoadFigures> Figures(IEnumerable<MemberState> members) =>
        [
            .. members
                .Where(m => m is { Attached: true, Report.Local: { Timed: not null, TimedLogMs: not null } })
                .Select(m => (m.Hello.PodUid, Local: m.Report!.Local!))
                .Select(m => new LoadFigures(
                    m.PodUid,
                    m.Local.Served,
                    m.Local.Failed,
                    m.Local.Timed!.Value,
                    m.Local.TimedLogMs!.Value
                )),
        ];

    private static double? Rounded(double? figure) => figure is { } value ? Math.Round(value, 2) : null;
}
