using System.Net;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>The API server refused a request; <see cref="Status"/> says why.</summary>
public sealed class KubernetesException(string request, V1Status status)
    : Exception($"{request}: {status.Code} {status.Reason}: {status.Message}")
{
    public V1Status Status { get; } = status;

    public HttpStatusCode StatusCode => (HttpStatusCode)(Status.Code ?? 0);

    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound;

    /// <summary>Somebody else changed the object, a precondition failed, or another field manager owns a field.</summary>
    public bool IsConflict => StatusCode == HttpStatusCode.Conflict && !IsAlreadyExists;

    public bool IsAlreadyExists => Status.Reason == "AlreadyExists";

    /// <summary>The resource version or continue token is too old: list again.</summary>
    public bool IsExpired => StatusCode == HttpStatusCode.Gone;
}
