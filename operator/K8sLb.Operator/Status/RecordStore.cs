using K8sLb.Core;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Status;

/// <summary>Decisions as the status holds them, for the operator that takes over.</summary>
public static class RecordStore
{
    public static IReadOnlyList<MemberRecord> Read(BackendPoolStatus? status) =>
        [.. (status?.Endpoints ?? []).Where(e => e.Uid.Length > 0).Select(Read)];

    public static EndpointDrain? Write(DrainRecord? drain) =>
        drain is null
            ? null
            : new EndpointDrain
            {
                Id = drain.Id,
                Reason = drain.Reason,
                StartedAt = drain.StartedAt,
                RampDownEndsAt = drain.RampDownEndsAt,
                Deadline = drain.Deadline,
                StartedBySidecar = drain.StartedBySidecar ? true : null,
            };

    public static EndpointEjection? Write(EjectionRecord? ejection) =>
        ejection is null
            ? null
            : new EndpointEjection
            {
                At = ejection.At,
                Until = ejection.Until,
                Times = ejection.Times,
                FailedBefore = ejection.FailedBefore,
                Why = ejection.Why,
            };

    private static MemberRecord Read(EndpointStatus endpoint) =>
        new()
        {
            Uid = endpoint.Uid,
            Name = endpoint.Pod,
            Phase = endpoint.Phase,
            Since = endpoint.Since,
            InServiceSince = endpoint.InServiceSince,
            WarmingSince = endpoint.WarmingSince,
            HeldBackSince = endpoint.HeldBackSince,
            CircuitOpenSince = endpoint.CircuitOpenSince,
            Ejection = endpoint.Ejection is { } ejection
                ? new EjectionRecord(ejection.At, ejection.Until, ejection.Times, ejection.FailedBefore, ejection.Why)
                : null,
            Drain = endpoint.Drain is { } drain ? Read(drain) : null,
        };

    private static DrainRecord Read(EndpointDrain drain) =>
        new()
        {
            Id = drain.Id,
            Reason = drain.Reason,
            StartedAt = drain.StartedAt,
            RampDownEndsAt = drain.RampDownEndsAt,
            Deadline = drain.Deadline,
            StartedBySidecar = drain.StartedBySidecar == true,
        };
}
