using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>
/// The verbs of the API. A null namespace means all namespaces for list and watch, and a cluster-scoped object elsewhere.
/// Refused requests throw <see cref="KubernetesException"/>; a server that cannot be reached throws
/// <see cref="HttpRequestException"/> or <see cref="IOException"/>, one that does not answer in time <see cref="TimeoutException"/>.
/// </summary>
public interface IKubernetesClient : IDisposable
{
    /// <summary>
    /// The same client for writes that only a leader may do: each is asked about before it is sent, and again when a connection takes
    /// it, and fails with <see cref="FencedException"/> where <paramref name="mayWrite"/> says no. Need not be disposed.
    /// </summary>
    IKubernetesClient FencedBy(Func<bool> mayWrite);

    /// <summary>Everybody who is somebody to the server may ask.</summary>
    Task<ServerVersion> GetServerVersionAsync(CancellationToken cancellationToken = default);

    /// <returns>Null where there is no such object.</returns>
    Task<T?> GetAsync<T>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>The whole list at one resource version, fetched in chunks.</summary>
    Task<KubernetesList<T>> ListAsync<T>(
        string? @namespace = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>
    /// Changes after <paramref name="resourceVersion"/>; without one, every present object comes as Added first. Ends when
    /// the server closes the watch, and then continues from the last object's or bookmark's resource version.
    /// </summary>
    /// <exception cref="KubernetesException">The server ended it with an error, 410 where the version is too old.</exception>
    /// <exception cref="WatchSilentException">Nothing arrived for <see cref="WatchOptions.IdleTimeout"/>.</exception>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace = null,
        string? resourceVersion = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        WatchOptions? options = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>;

    Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>Replaces the object; with its resourceVersion set, only if nobody changed it meanwhile (409).</summary>
    Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>
    /// Server-side apply: the object exists afterwards with these fields, owned by <paramref name="fieldManager"/>; a field of
    /// another manager with another value is a conflict (409) unless forced.
    /// </summary>
    Task<T> ApplyAsync<T>(
        T entity,
        string fieldManager,
        bool force = false,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <inheritdoc cref="ApplyAsync"/>
    Task<T> ApplyStatusAsync<T>(
        T entity,
        string fieldManager,
        bool force = false,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>;

    Task<T> PatchAsync<T>(
        V1Patch patch,
        string name,
        string? @namespace = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>;

    Task<T> PatchStatusAsync<T>(
        V1Patch patch,
        string name,
        string? @namespace = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <returns>False where there was no such object.</returns>
    /// <exception cref="KubernetesException">Among others 409 where a precondition does not hold.</exception>
    Task<bool> DeleteAsync<T>(
        string name,
        string? @namespace = null,
        V1DeleteOptions? options = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>;
}
