namespace K8sLb.Kubernetes.Models;

/// <summary>What every object of the API says of itself. Same shape as in the ecosystem's client.</summary>
public interface IKubernetesObject
{
    string ApiVersion { get; set; }
    string Kind { get; set; }
}

public interface IMetadata<TMetadata>
{
    TMetadata Metadata { get; set; }
}

/// <summary>
/// An object with metadata. Instances from an informer's store are shared between all readers: treat them as read-only
/// and take a copy (<c>with</c>) to change one.
/// </summary>
public interface IKubernetesObject<TMetadata> : IKubernetesObject, IMetadata<TMetadata>;
