using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Where the API serves a type and how it is (de)serialised.</summary>
public abstract class EntityType
{
    private protected EntityType(Type clrType, KubernetesEntityAttribute entity)
    {
        ClrType = clrType;
        Group = entity.Group;
        Version = entity.ApiVersion;
        Kind = entity.Kind;
        Plural = entity.PluralName;
    }

    public Type ClrType { get; }
    public string Group { get; }
    public string Version { get; }
    public string Kind { get; }
    public string Plural { get; }

    /// <summary>
    /// Reads <see cref="KubernetesEntityAttribute"/> of <typeparamref name="T"/> and takes its serialisers from a source-generated context.
    /// </summary>
    /// <exception cref="InvalidOperationException">The attribute is missing, or the context does not know the list type.</exception>
    public static EntityType<T> From<T>(JsonSerializerContext context)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var entity =
            typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException($"{typeof(T)} has no [KubernetesEntity] attribute");
        return new EntityType<T>(entity, Find<T>(context), Find<KubernetesList<T>>(context));
    }

    private static JsonTypeInfo<TJson> Find<TJson>(JsonSerializerContext context) =>
        (JsonTypeInfo<TJson>?)context.GetTypeInfo(typeof(TJson))
        ?? throw new InvalidOperationException(
            $"{context.GetType().Name} lacks {typeof(TJson)}: add [JsonSerializable(typeof(KubernetesList<...>))] for the entity"
        );
}

/// <inheritdoc/>
public sealed class EntityType<T> : EntityType
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    internal EntityType(
        KubernetesEntityAttribute entity,
        JsonTypeInfo<T> json,
        JsonTypeInfo<KubernetesList<T>> listJson
    )
        : base(typeof(T), entity)
    {
        Json = json;
        ListJson = listJson;
    }

    public JsonTypeInfo<T> Json { get; }
    public JsonTypeInfo<KubernetesList<T>> ListJson { get; }
}
