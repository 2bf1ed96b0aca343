using System.Diagnostics.Metrics;

namespace K8sLb.Kubernetes;

/// <summary>The instruments of this assembly.</summary>
public static class KubernetesMetrics
{
    public const string MeterName = "K8sLb.Kubernetes";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Tags: verb, resource, code (HTTP status, or "error" without an answer). Watches count until their answer starts.</summary>
    internal static readonly Histogram<double> RequestDuration = Meter.CreateHistogram<double>(
        "k8slb.kubernetes.request.duration",
        "s",
        "Duration of requests to the API server"
    );

    /// <summary>Tags: resource, reason (closed, silent, failed).</summary>
    internal static readonly Counter<long> WatchRestarts = Meter.CreateCounter<long>(
        "k8slb.kubernetes.watch.restarts",
        "{restart}",
        "Watches that ended and were started again from where they were"
    );

    /// <summary>Tags: resource, reason (start, expired, gap).</summary>
    internal static readonly Counter<long> Relists = Meter.CreateCounter<long>(
        "k8slb.kubernetes.relists",
        "{list}",
        "Full lists by informers"
    );

    /// <summary>Tags: resource.</summary>
    internal static readonly Counter<long> InformerFailures = Meter.CreateCounter<long>(
        "k8slb.kubernetes.informer.failures",
        "{failure}",
        "Lists and watches of informers that failed"
    );

    /// <summary>Tags: resource.</summary>
    internal static readonly Counter<long> HandlerFailures = Meter.CreateCounter<long>(
        "k8slb.kubernetes.informer.handler.failures",
        "{failure}",
        "Exceptions of change handlers"
    );

    /// <summary>Tags: resource.</summary>
    internal static readonly Counter<long> UnreadableObjects = Meter.CreateCounter<long>(
        "k8slb.kubernetes.informer.unreadable",
        "{object}",
        "Times that an object was seen whose fields are not of the types expected"
    );

    /// <summary>Tags: queue.</summary>
    internal static readonly UpDownCounter<long> QueueDepth = Meter.CreateUpDownCounter<long>(
        "k8slb.kubernetes.queue.depth",
        "{key}",
        "Keys that wait for a worker"
    );

    /// <summary>Tags: queue.</summary>
    internal static readonly Counter<long> QueueRetries = Meter.CreateCounter<long>(
        "k8slb.kubernetes.queue.retries",
        "{retry}",
        "Keys that came back after a failure"
    );

    /// <summary>Tags: queue, outcome (success, failure).</summary>
    internal static readonly Histogram<double> ReconcileDuration = Meter.CreateHistogram<double>(
        "k8slb.kubernetes.reconcile.duration",
        "s",
        "Duration of reconciliations"
    );

    /// <summary>Tags: lease, change (acquired, lost, released).</summary>
    internal static readonly Counter<long> LeaderTransitions = Meter.CreateCounter<long>(
        "k8slb.kubernetes.leader.transitions",
        "{transition}",
        "Changes of this process between leading and not leading"
    );

    /// <summary>Tags: lease.</summary>
    internal static readonly Counter<long> LeaderFailures = Meter.CreateCounter<long>(
        "k8slb.kubernetes.leader.failures",
        "{failure}",
        "Tries to read, acquire or renew the lease that failed"
    );

    /// <summary>Tags: outcome (created, counted, dropped, failed).</summary>
    internal static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "k8slb.kubernetes.events",
        "{event}",
        "Events by what became of them"
    );
}
