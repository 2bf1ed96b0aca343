using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>The conditional writes of an election. Every write names the version it was decided on, so that only one can win.</summary>
internal sealed class LeaseRequests(IKubernetesClient client, LeaderElectionOptions options, TimeProvider time)
{
    public Task<V1Lease?> GetAsync(CancellationToken cancellationToken) =>
        client.GetAsync<V1Lease>(options.Name, options.Namespace, cancellationToken);

    /// <param name="current">Null to create the Lease.</param>
    public Task<V1Lease> AcquireAsync(V1Lease? current, int fencingNumber, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var metadata =
            current?.Metadata ?? new V1ObjectMeta { Name = options.Name, NamespaceProperty = options.Namespace };
        var annotations = new Dictionary<string, string>(metadata.Annotations ?? new Dictionary<string, string>());
        foreach (var (key, value) in options.Annotations)
        {
            annotations[key] = value;
        }
        var lease = new V1Lease
        {
            Metadata = metadata with { Annotations = annotations },
            Spec = new V1LeaseSpec
            {
                HolderIdentity = options.Identity,
                LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds,
                LeaseTransitions = fencingNumber,
                AcquireTime = now,
                RenewTime = now,
            },
        };
        return current is null
            ? client.CreateAsync(lease, cancellationToken)
            : client.UpdateAsync(lease, cancellationToken);
    }

    public Task<V1Lease> RenewAsync(V1Lease held, CancellationToken cancellationToken) =>
        client.UpdateAsync(held with { Spec = held.Spec! with { RenewTime = time.GetUtcNow() } }, cancellationToken);

    public Task<V1Lease> ReleaseAsync(V1Lease held, CancellationToken cancellationToken) =>
        client.UpdateAsync(
            held with
            {
                Spec = held.Spec! with { HolderIdentity = null, AcquireTime = null, RenewTime = time.GetUtcNow() },
            },
            cancellationToken
        );
}
