using K8sLb.Operator.Hub;
using K8sLb.Protocol;

namespace K8sLb.Operator.Mapping;

/// <summary>What members are told of each other's load.</summary>
internal static class LoadMapper
{
    public static PoolLoads Read(IEnumerable<MemberState> members) =>
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
                        Held = m.Report.Held?.Connections,
                        Sessions = m.Report.Sessions,
                    }),
            ],
        };

    private static double? Rounded(double? figure) => figure is { } value ? Math.Round(value, 2) : null;
}
