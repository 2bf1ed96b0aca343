using System.Globalization;
using K8sLb.Core;
using K8sLb.Operator.Hub;
using K8sLb.Protocol;

namespace K8sLb.Operator.Mapping;

/// <summary>What the planner needs of a sidecar's word.</summary>
public static class MemberFactsReader
{
    /// <summary>Whatever a sidecar says, an instant must come of it.</summary>
    private const long LongestAgoMs = 3_600_000;

    public static MemberFacts Read(MemberState member, LoadSource source) =>
        new()
        {
            Uid = member.Hello.PodUid,
            Attached = member.Attached,
            LastSeen = member.LastSeen,
            Ailing = Ailing(member.Report),
            AsksToDrain = member.Report?.Agent?.Drains ?? false,
            CircuitOpen = member.Report?.Circuit is { State: not CircuitState.Closed } circuit
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"its circuit is open: nothing for {circuit.PauseMs / 1000.0:0.#} s after failures in a row"
                )
                : null,
            WeightPercent = source == LoadSource.Agent ? member.Report?.Agent?.WeightPercent ?? 100 : 100,
            Outcomes = member.Report?.Local is { } local
                ? new OutcomeFacts
                {
                    Served = local.Served,
                    Failed = local.Failed,
                    FailuresInARow = local.FailuresInARow,
                    LatencyMs = local.LatencyMs,
                }
                : null,
            Peers = [.. (member.Report?.PeerFindings ?? []).Select(p => Read(p, member.LastSeen))],
            Held = member.Report is { Held: { } held } report
                ? new HeldFacts(held.Connections, held.Movable, report.EffectiveWeight)
                : null,
            Connections = member.Report?.Connections.Total ?? 0,
            Drain = member.Drain is { } drain ? Read(drain) : null,
        };

    private static string? Ailing(MemberReport? report) =>
        report?.Health is { Healthy: false } health ? health.Message ?? "no reason given"
        : report?.Agent is { Down: true } agent ? $"its agent says down ({agent.Description ?? "no reason given"})"
        : null;

    private static PeerFacts Read(PeerFinding finding, DateTimeOffset at) =>
        new()
        {
            Uid = finding.Uid,
            FailuresInARow = finding.FailuresInARow,
            Served = finding.Served,
            Failed = finding.Failed,
            LatencyMs = finding.LatencyMs,
            UsualLatencyMs = finding.UsualLatencyMs,
            LastOutcome = at - TimeSpan.FromMilliseconds(Math.Clamp(finding.AgoMs, 0, LongestAgoMs)),
        };

    private static DrainFacts Read(DrainReport drain) =>
        new()
        {
            Id = drain.Id,
            Reason = Read(drain.Reason),
            StartedAt = drain.StartedAt,
            Deadline = drain.Deadline,
            Finished = drain.Progress is Protocol.DrainProgress.Released or Protocol.DrainProgress.Forced,
            Initial = drain.Initial,
            Remaining = drain.Remaining,
            Forced = drain.Forced,
        };

    private static Core.DrainReason Read(Protocol.DrainReason reason) =>
        reason switch
        {
            Protocol.DrainReason.PodDeleted => Core.DrainReason.PodDeleted,
            Protocol.DrainReason.ReadinessLost => Core.DrainReason.ReadinessLost,
            Protocol.DrainReason.HealthCheckFailed => Core.DrainReason.HealthCheckFailed,
            Protocol.DrainReason.Requested => Core.DrainReason.Requested,
            Protocol.DrainReason.PreStop => Core.DrainReason.PreStop,
            Protocol.DrainReason.Sigterm => Core.DrainReason.Sigterm,
            // A newer sidecar's own reason: like SIGTERM it is nothing that this operator could have asked for or can cancel.
            _ => Core.DrainReason.Sigterm,
        };
}
