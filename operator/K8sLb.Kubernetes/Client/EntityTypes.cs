using System.Collections.Frozen;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>The types that a client knows. Immutable.</summary>
public sealed class EntityTypes
{
    private readonly FrozenDictionary<Type, EntityType> byClrType;

    private EntityTypes(IEnumerable<EntityType> types) => byClrType = types.ToFrozenDictionary(t => t.ClrType);

    /// <summary>The types of this assembly.</summary>
    public static EntityTypes BuiltIn { get; } =
        new([
            EntityType.From<V1Pod>(KubernetesJson.Default),
            EntityType.From<V1Lease>(KubernetesJson.Default),
            EntityType.From<V1ConfigMap>(KubernetesJson.Default),
            EntityType.From<V1Secret>(KubernetesJson.Default),
            EntityType.From<Eventsv1Event>(KubernetesJson.Default),
            EntityType.From<V1TokenReview>(KubernetesJson.Default),
            EntityType.From<V1MutatingWebhookConfiguration>(KubernetesJson.Default),
            EntityType.From<V1ValidatingWebhookConfiguration>(KubernetesJson.Default),
        ]);

    public EntityTypes With(params IEnumerable<EntityType> more) => new([.. byClrType.Values, .. more]);

    /// <exception cref="InvalidOperationException">The type was not registered.</exception>
    public EntityType<T> Get<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        byClrType.TryGetValue(typeof(T), out var type)
            ? (EntityType<T>)type
            : throw new InvalidOperationException(
                $"{typeof(T)} is not registered: EntityTypes.BuiltIn.With(EntityType.From<{typeof(T).Name}>(context))"
            );
}
