using K8sLb.Core;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Injection;

namespace K8sLb.Operator.Hosting;

/// <summary>What can be set from outside; <see cref="OperatorEnvironment"/> reads it.</summary>
public sealed record OperatorOptions
{
    /// <summary>Where sidecars attach, by HTTP/2; plain http:// (with prior knowledge) for development.</summary>
    public string Listen { get; init; } = "https://0.0.0.0:15010";

    /// <summary>
    /// Where sidecars reach this very replica; others send them there while it leads. Null where that is not known: they find it
    /// by dialling the Service until they do.
    /// </summary>
    public string? AdvertisedUrl { get; init; }

    public AuthenticationMode Authentication { get; init; } = AuthenticationMode.TokenReview;

    /// <summary>The Service that sidecars dial; with the namespace it gives the names in the certificate.</summary>
    public string ServiceName { get; init; } = "k8slb";

    public TrustPeriods TrustPeriods { get; init; } = new();

    /// <summary>/healthz and /readyz.</summary>
    public string HealthListen { get; init; } = "http://0.0.0.0:15011";

    /// <summary>Where the Lease is; null for the namespace of the kubeconfig's context or of the pod.</summary>
    public string? Namespace { get; init; }

    /// <summary>What the Lease and events call this process, beside a random part.</summary>
    public string PodName { get; init; } = Environment.MachineName;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);
    public TimeSpan LeaseRenewDeadline { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan LeaseRetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a new leader waits at most for a pool's ready members to attach before it publishes the pool: a little more
    /// than the longest pause of a sidecar between two dials.
    /// </summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>How long a stop may take.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public HubOptions Hub { get; init; } = new();

    /// <summary>Where the API server asks about pods and pools: https with the operator's certificate. Null for nowhere.</summary>
    public string? WebhookListen { get; init; }

    /// <summary>The MutatingWebhookConfiguration that the leader writes its authorities into; null for none.</summary>
    public string? InjectionWebhook { get; init; }

    /// <summary>The ValidatingWebhookConfiguration that the leader writes its authorities into; null for none.</summary>
    public string? ValidationWebhook { get; init; }

    /// <summary>Null: pods are let in as they are.</summary>
    public InjectionOptions? Injection { get; init; }

    public bool NeedsCertificate => UsesTls || WebhookListen is not null;

    public bool UsesTls => Listen.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}

/// <summary>How sidecars prove who they are.</summary>
public enum AuthenticationMode
{
    /// <summary>By the token of their pod, which the API server checks. Needs https.</summary>
    TokenReview,

    /// <summary>Not at all: for development, on a network where everybody is trusted.</summary>
    None,
}
