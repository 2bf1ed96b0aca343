using K8sLb.Core;
using K8sLb.Operator.Api;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Status;

/// <summary>The status of a pool with a spec in force.</summary>
public static class StatusBuilder
{
    /// <summary>Keeps the object far below etcd's limit of 1.5 MB, and one write a second bearable.</summary>
    public const int MaxEndpoints = 200;

    public static BackendPoolStatus Build(StatusInputs inputs)
    {
        var members = inputs.Plan.Members;
        var endpoints = Chosen(members).Select(m => Endpoint(m, inputs)).ToArray();
        return new BackendPoolStatus
        {
            ObservedGeneration = inputs.View.Resource.Metadata.Generation,
            Version = inputs.Version,
            Members = new MemberCounts
            {
                Total = inputs.Plan.Summary.Total,
                Ready = inputs.Plan.Summary.Available,
                Draining = inputs.Plan.Summary.Draining,
            },
            Connections = members.Sum(m => Live(m, inputs)?.Connections.Total ?? 0),
            ConnectionTotals = Totals([
                .. members.Select(m => Live(m, inputs)?.Totals).OfType<Protocol.ConnectionTotals>(),
            ]),
            SidecarVersions = SidecarVersions.Count(inputs.Members.Values),
            Eta = members.Select(m => Eta(m, inputs)).Max(),
            Endpoints = endpoints,
            EndpointsOmitted = members.Count > endpoints.Length ? members.Count - endpoints.Length : null,
            Conditions = ConditionBuilder.Build(inputs),
        };
    }

    /// <summary>Over the members that are attached, since each of them started.</summary>
    private static AccountStatus Totals(IReadOnlyList<Protocol.ConnectionTotals> members) =>
        new()
        {
            Opened = members.Sum(m => m.Opened),
            Finished = members.Sum(m => m.Finished),
            Released = members.Sum(m => m.Released),
            Forced = members.Sum(m => m.Forced),
            Ended =
            [
                .. members
                    .SelectMany(m => m.Ended)
                    .GroupBy(e => (e.Protocol, e.Reason))
                    .OrderBy(g => g.Key)
                    .Select(g => new EndedStatus
                    {
                        Protocol = g.Key.Protocol,
                        Reason = g.Key.Reason,
                        Count = g.Sum(e => e.Count),
                    }),
            ],
        };

    /// <summary>Where not all fit, those whose history an operator that takes over must know come first.</summary>
    private static IEnumerable<MemberPlan> Chosen(IReadOnlyList<MemberPlan> members) =>
        members.Count <= MaxEndpoints
            ? members
            : members
                .OrderBy(m => HasHistory(m.Record) ? 0 : 1)
                .Take(MaxEndpoints)
                .OrderBy(m => m.Record.Name, StringComparer.Ordinal);

    private static bool HasHistory(MemberRecord record) =>
        record.Ejection is not null
        || record.Phase is not (MemberPhase.Active or MemberPhase.Pending or MemberPhase.Gone);

    private static EndpointStatus Endpoint(MemberPlan member, StatusInputs inputs)
    {
        var report = Live(member, inputs);
        return new EndpointStatus
        {
            Pod = member.Record.Name,
            Uid = member.Record.Uid,
            Phase = member.Record.Phase,
            Since = member.Record.Since,
            Message = member.Why,
            Weight = member.Weight,
            InServiceSince = member.Record.InServiceSince,
            WarmingSince = member.Record.WarmingSince,
            HeldBackSince = member.Record.HeldBackSince,
            CircuitOpenSince = member.Record.CircuitOpenSince,
            AcknowledgedVersion = inputs.Members.GetValueOrDefault(member.Record.Uid)?.AcknowledgedVersion,
            Connections = report is null
                ? null
                : new EndpointConnections
                {
                    Http1 = report.Connections.Http1,
                    Http2 = report.Connections.Http2,
                    WebSocket = report.Connections.WebSocket,
                    Tcp = report.Connections.Tcp,
                },
            InFlight = report?.InFlight,
            Ejection = RecordStore.Write(member.Record.Ejection),
            Drain = Drain(member, inputs),
        };
    }

    private static EndpointDrain? Drain(MemberPlan member, StatusInputs inputs)
    {
        if (RecordStore.Write(member.Record.Drain) is not { } drain)
        {
            return null;
        }
        if (inputs.Members.GetValueOrDefault(member.Record.Uid)?.Drain is { } report && report.Id == drain.Id)
        {
            drain.Initial = report.Initial;
            drain.Remaining = report.Remaining;
            drain.Released = report.Released;
            drain.Forced = report.Forced;
        }
        drain.Eta = Eta(member, inputs);
        return drain;
    }

    private static DateTimeOffset? Eta(MemberPlan member, StatusInputs inputs) =>
        member.Record is { Drain: { } drain, Phase: MemberPhase.RampDown or MemberPhase.Draining }
            ? DrainForecast.Eta(drain, inputs.Members.GetValueOrDefault(member.Record.Uid)?.Drain, inputs.Now)
            : null;

    /// <summary>Numbers of a sidecar that has gone are no news of its connections.</summary>
    private static Protocol.MemberReport? Live(MemberPlan member, StatusInputs inputs) =>
        inputs.Members.GetValueOrDefault(member.Record.Uid) is { Attached: true } state ? state.Report : null;
}
