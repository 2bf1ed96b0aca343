using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>The client of one API server. Safe for use by many at a time; keep one for the life of the process.</summary>
public sealed class KubernetesClient : IKubernetesClient
{
    private const string MergePatchType = "application/merge-patch+json";

    // JSON is YAML, and the server knows no other name for an apply.
    private const string ApplyPatchType = "application/apply-patch+yaml";

    private readonly KubernetesTransport transport;
    private readonly EntityTypes types;
    private readonly RequestSender sender;
    private readonly int listChunkSize;
    private readonly TimeProvider time;
    private readonly Func<bool>? mayWrite;

    /// <param name="types">Null for the built-in ones.</param>
    public KubernetesClient(
        KubernetesClientConfiguration configuration,
        EntityTypes? types = null,
        KubernetesClientOptions? options = null,
        TimeProvider? time = null
    )
    {
        this.types = types ?? EntityTypes.BuiltIn;
        this.time = time ?? TimeProvider.System;
        options ??= new KubernetesClientOptions();
        listChunkSize = options.ListChunkSize;
        transport = new KubernetesTransport(configuration, options, this.time);
        sender = new RequestSender(transport, options.RequestTimeout, this.time);
    }

    private KubernetesClient(KubernetesClient all, Func<bool> mayWrite)
    {
        (transport, types, sender) = (all.transport, all.types, all.sender);
        (listChunkSize, time) = (all.listChunkSize, all.time);
        this.mayWrite = mayWrite;
    }

    public IKubernetesClient FencedBy(Func<bool> mayWrite) => new KubernetesClient(this, mayWrite);

    public Task<ServerVersion> GetServerVersionAsync(CancellationToken cancellationToken = default) =>
        sender.SendAsync(
            new ApiRequest("get", "version", HttpMethod.Get, "/version"),
            KubernetesJson.Default.ServerVersion,
            cancellationToken
        );

    public async Task<T?> GetAsync<T>(
        string name,
        string? @namespace = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var request = new ApiRequest("get", type.Plural, HttpMethod.Get, ResourcePath.Of(type, @namespace, name));
        try
        {
            return await sender.SendAsync(request, type.Json, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public Task<KubernetesList<T>> ListAsync<T>(
        string? @namespace = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var path = ResourcePath.WithQuery(
            ResourcePath.Of(type, @namespace),
            ("labelSelector", labelSelector),
            ("fieldSelector", fieldSelector)
        );
        return new ChunkedList<T>(sender, type, path).ReadAsync(listChunkSize, cancellationToken);
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace = null,
        string? resourceVersion = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        options ??= new WatchOptions();
        var type = types.Get<T>();
        var request = new ApiRequest(
            "watch",
            type.Plural,
            HttpMethod.Get,
            ResourcePath.WithQuery(
                ResourcePath.Of(type, @namespace),
                ("watch", "true"),
                ("allowWatchBookmarks", "true"),
                ("resourceVersion", resourceVersion),
                ("labelSelector", labelSelector),
                ("fieldSelector", fieldSelector),
                ("timeoutSeconds", options.Timeout is { } t ? Seconds(t) : null)
            )
        );
        using var response = await sender.StartAsync(request, cancellationToken).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var name = request.ToString();
        var events = WatchStream.ReadAsync(
            stream,
            line => WatchLine.Parse(line, type, name),
            options.IdleTimeout,
            time,
            name,
            cancellationToken
        );
        await foreach (var change in events.ConfigureAwait(false))
        {
            yield return change;
        }
    }

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var path = ResourcePath.Of(type, entity.Namespace());
        return WriteAsync("create", HttpMethod.Post, path, entity, type, null, cancellationToken);
    }

    public Task<T> UpdateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta> => UpdateAsync(entity, null, cancellationToken);

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta> => UpdateAsync(entity, "status", cancellationToken);

    public Task<T> ApplyAsync<T>(
        T entity,
        string fieldManager,
        bool force = false,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        ApplyAsync(entity, null, fieldManager, force, cancellationToken);

    public Task<T> ApplyStatusAsync<T>(
        T entity,
        string fieldManager,
        bool force = false,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        ApplyAsync(entity, "status", fieldManager, force, cancellationToken);

    public Task<T> PatchAsync<T>(
        V1Patch patch,
        string name,
        string? @namespace = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        PatchAsync<T>(patch, name, @namespace, null, cancellationToken);

    public Task<T> PatchStatusAsync<T>(
        V1Patch patch,
        string name,
        string? @namespace = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        PatchAsync<T>(patch, name, @namespace, "status", cancellationToken);

    public async Task<bool> DeleteAsync<T>(
        string name,
        string? @namespace = null,
        V1DeleteOptions? options = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var request = new ApiRequest("delete", type.Plural, HttpMethod.Delete, ResourcePath.Of(type, @namespace, name))
        {
            MayBeSent = mayWrite,
            Content = options is null
                ? null
                : JsonSerializer.SerializeToUtf8Bytes(options, KubernetesJson.Default.V1DeleteOptions),
        };
        try
        {
            using var response = await sender.StartAsync(request, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (mayWrite is null)
        {
            transport.Dispose();
        }
    }

    private Task<T> UpdateAsync<T>(T entity, string? subresource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var path = ResourcePath.Of(type, entity.Namespace(), entity.Name(), subresource);
        return WriteAsync("update", HttpMethod.Put, path, entity, type, subresource, cancellationToken);
    }

    private Task<T> ApplyAsync<T>(
        T entity,
        string? subresource,
        string fieldManager,
        bool force,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var path = ResourcePath.WithQuery(
            ResourcePath.Of(type, entity.Namespace(), entity.Name(), subresource),
            ("fieldManager", fieldManager),
            ("force", force ? "true" : null)
        );
        return WriteAsync("apply", HttpMethod.Patch, path, entity, type, subresource, cancellationToken);
    }

    private Task<T> WriteAsync<T>(
        string verb,
        HttpMethod method,
        string path,
        T entity,
        EntityType<T> type,
        string? subresource,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var request = new ApiRequest(verb, Resource(type, subresource), method, path)
        {
            MayBeSent = mayWrite,
            Content = JsonSerializer.SerializeToUtf8Bytes(entity, type.Json),
            ContentType = method == HttpMethod.Patch ? ApplyPatchType : "application/json",
        };
        return sender.SendAsync(request, type.Json, cancellationToken);
    }

    private Task<T> PatchAsync<T>(
        V1Patch patch,
        string name,
        string? @namespace,
        string? subresource,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var request = new ApiRequest(
            "patch",
            Resource(type, subresource),
            HttpMethod.Patch,
            ResourcePath.Of(type, @namespace, name, subresource)
        )
        {
            MayBeSent = mayWrite,
            Content = patch.Content,
            ContentType = MergePatchType,
        };
        return sender.SendAsync(request, type.Json, cancellationToken);
    }

    private static string Resource(EntityType type, string? subresource) =>
        subresource is null ? type.Plural : $"{type.Plural}/{subresource}";

    private static string Seconds(TimeSpan time) =>
        ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
