namespace K8sLb.Kubernetes.Models;

/// <summary>Short forms for what is asked for all the time, named as in the ecosystem's client.</summary>
public static class KubernetesObjectExtensions
{
    public static string Name(this IMetadata<V1ObjectMeta> of) => of.Metadata.Name ?? "";

    public static string? Namespace(this IMetadata<V1ObjectMeta> of) => of.Metadata.NamespaceProperty;

    public static string Uid(this IMetadata<V1ObjectMeta> of) => of.Metadata.Uid ?? "";

    public static string ResourceVersion(this IMetadata<V1ObjectMeta> of) => of.Metadata.ResourceVersion ?? "";

    public static ObjectKey Key(this IMetadata<V1ObjectMeta> of) => new(of.Metadata.NamespaceProperty ?? "", of.Name());

    public static string? GetLabel(this IMetadata<V1ObjectMeta> of, string key) =>
        of.Metadata.Labels is { } labels && labels.TryGetValue(key, out var value) ? value : null;

    public static string? GetAnnotation(this IMetadata<V1ObjectMeta> of, string key) =>
        of.Metadata.Annotations is { } annotations && annotations.TryGetValue(key, out var value) ? value : null;

    /// <summary>A reference to this object, for events.</summary>
    public static V1ObjectReference ToReference<T>(this T of)
        where T : IKubernetesObject<V1ObjectMeta> =>
        new()
        {
            ApiVersion = of.ApiVersion,
            Kind = of.Kind,
            NamespaceProperty = of.Metadata.NamespaceProperty,
            Name = of.Metadata.Name,
            Uid = of.Metadata.Uid,
            ResourceVersion = of.Metadata.ResourceVersion,
        };

    /// <summary>An owner reference that makes this object the controller of another.</summary>
    public static V1OwnerReference MakeOwnerReference<T>(this T of)
        where T : IKubernetesObject<V1ObjectMeta> =>
        new()
        {
            ApiVersion = of.ApiVersion,
            Kind = of.Kind,
            Name = of.Name(),
            Uid = of.Uid(),
            Controller = true,
            BlockOwnerDeletion = true,
        };
}
