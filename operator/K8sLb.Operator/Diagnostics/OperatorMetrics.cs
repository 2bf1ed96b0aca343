using System.Diagnostics.Metrics;

namespace K8sLb.Operator.Diagnostics;

/// <summary>The instruments of this assembly.</summary>
public static class OperatorMetrics
{
    public const string MeterName = "K8sLb.Operator";

    private static readonly Meter Meter = new(MeterName);

    internal static readonly UpDownCounter<long> StreamsOpen = Meter.CreateUpDownCounter<long>(
        "k8slb.operator.streams",
        "{stream}",
        "Control streams that are open"
    );

    /// <summary>Tags: reason, one of <see cref="Identity.RefusalReasons"/>.</summary>
    private static readonly Counter<long> AttachRefused = Meter.CreateCounter<long>(
        "k8slb.operator.attach.refused",
        "{stream}",
        "Control streams, and connections before one, that were refused"
    );

    /// <summary>Tags: certificate, authority or server.</summary>
    internal static readonly Gauge<double> CertificateRemaining = Meter.CreateGauge<double>(
        "k8slb.operator.certificate.remaining",
        "s",
        "Until the certificate of the authority that signs, or of this server, expires"
    );

    internal static readonly Counter<long> SnapshotsSent = Meter.CreateCounter<long>(
        "k8slb.operator.snapshots.sent",
        "{snapshot}",
        "Snapshots sent to sidecars"
    );

    internal static readonly Counter<long> SnapshotsSkipped = Meter.CreateCounter<long>(
        "k8slb.operator.snapshots.skipped",
        "{snapshot}",
        "Versions that a sidecar never got because a newer one was there before it had answered"
    );

    internal static readonly Counter<long> Acknowledged = Meter.CreateCounter<long>(
        "k8slb.operator.snapshots.acknowledged",
        "{snapshot}",
        "Snapshots that sidecars put into force"
    );

    internal static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "k8slb.operator.snapshots.refused",
        "{snapshot}",
        "Snapshots that sidecars could not use"
    );

    internal static readonly Counter<long> StatusWrites = Meter.CreateCounter<long>(
        "k8slb.operator.status.writes",
        "{write}",
        "Statuses of pools that were written"
    );

    internal static readonly Counter<long> StatusWriteFailures = Meter.CreateCounter<long>(
        "k8slb.operator.status.write.failures",
        "{write}",
        "Statuses of pools that could not be written"
    );

    /// <summary>Tags: loop.</summary>
    internal static readonly Counter<long> LoopFailures = Meter.CreateCounter<long>(
        "k8slb.operator.loop.failures",
        "{round}",
        "Rounds of background loops that failed; the loop goes on"
    );

    /// <summary>Tags: phase.</summary>
    internal static readonly UpDownCounter<long> Members = Meter.CreateUpDownCounter<long>(
        "k8slb.operator.members",
        "{member}",
        "Members of pools by phase"
    );

    /// <summary>Tags: version, same as this operator's or other: what sidecars call theirs must not make series without bound.</summary>
    internal static readonly UpDownCounter<long> Sidecars = Meter.CreateUpDownCounter<long>(
        "k8slb.operator.sidecars",
        "{sidecar}",
        "Sidecars that are attached"
    );

    internal static readonly UpDownCounter<long> PodsWithoutSidecar = Meter.CreateUpDownCounter<long>(
        "k8slb.operator.pods.without_sidecar",
        "{pod}",
        "Pods that a pool selects and nobody injected"
    );

    /// <summary>Tags: reason, as in the events: DrainStarted, Drained, DrainForced, Lost and so on.</summary>
    internal static readonly Counter<long> Transitions = Meter.CreateCounter<long>(
        "k8slb.operator.member.transitions",
        "{transition}",
        "What happened to members"
    );

    /// <summary>Tags: outcome, as in InjectionOutcome.</summary>
    internal static readonly Counter<long> PodsAdmitted = Meter.CreateCounter<long>(
        "k8slb.operator.admission.pods",
        "{pod}",
        "Pods that injection looked at"
    );

    internal static readonly Counter<long> AdmissionRefused = Meter.CreateCounter<long>(
        "k8slb.operator.admission.refused",
        "{request}",
        "Calls of the webhooks that could not be read"
    );

    internal static void CountRefusal(string reason) =>
        AttachRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
