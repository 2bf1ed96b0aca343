using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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
    private readonly KubernetesClientOptions settings;
    private readonly TimeProvider time;

    /// <param name="types">Null for the built-in ones.</param>
    public KubernetesClient(
        KubernetesClientConfiguration configuration,
        EntityTypes? types = null,
        KubernetesClientOptions? options = null,
        TimeProvider? time = null
    )
    {
        this.types = types ?? EntityTypes.BuiltIn;
        settings = options ?? new KubernetesClientOptions();
        this.time = time ?? TimeProvider.System;
        transport = new KubernetesTransport(configuration, settings, this.time);
    }

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
            return await SendAsync(request, type.Json, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public async Task<KubernetesList<T>> ListAsync<T>(
        string? @namespace = null,
        string? labelSelector = null,
        string? fieldSelector = null,
        CancellationToken cancellationToken = default
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var selection = new Selection(@namespace, labelSelector, fieldSelector);
        try
        {
            return await ListInChunksAsync<T>(selection, settings.ListChunkSize, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsExpired)
        {
            // The snapshot was compacted between two chunks. In one piece it cannot be.
            return await ListInChunksAsync<T>(selection, limit: 0, cancellationToken).ConfigureAwait(false);
        }
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
                ("timeoutSeconds", options.Timeout is { } t ? Invariant((long)Math.Ceiling(t.TotalSeconds)) : null)
            )
        );
        using var response = await WithTimeoutAsync(request, transport.SendAsync, cancellationToken)
            .ConfigureAwait(false);
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
            Content = options is null
                ? null
                : JsonSerializer.SerializeToUtf8Bytes(options, KubernetesJson.Default.V1DeleteOptions),
        };
        try
        {
            using var response = await WithTimeoutAsync(request, transport.SendAsync, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    public void Dispose() => transport.Dispose();

    private async Task<KubernetesList<T>> ListInChunksAsync<T>(
        Selection selection,
        int limit,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var type = types.Get<T>();
        var items = new List<T>();
        var unreadable = new List<UnreadableObject>();
        V1ListMeta? metadata = null;
        do
        {
            var request = new ApiRequest(
                "list",
                type.Plural,
                HttpMethod.Get,
                ResourcePath.WithQuery(
                    ResourcePath.Of(type, selection.Namespace),
                    ("labelSelector", selection.Labels),
                    ("fieldSelector", selection.Fields),
                    ("limit", limit > 0 ? Invariant(limit) : null),
                    ("continue", metadata?.ContinueProperty)
                )
            );
            var chunk = await ListChunkAsync(request, type, cancellationToken).ConfigureAwait(false);
            items.AddRange(chunk.Items);
            unreadable.AddRange(chunk.Unreadable);
            metadata = chunk.Metadata;
        } while (!string.IsNullOrEmpty(metadata.ContinueProperty));
        return new KubernetesList<T>
        {
            Metadata = metadata,
            Items = items,
            Unreadable = unreadable,
        };
    }

    private async Task<KubernetesList<T>> ListChunkAsync<T>(
        ApiRequest request,
        EntityType<T> type,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return await SendAsync(request, type.ListJson, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return await WithTimeoutAsync(
                    request,
                    async (_, bounded) =>
                    {
                        using var response = await transport.SendAsync(request, bounded).ConfigureAwait(false);
                        var text = await response.Content.ReadAsByteArrayAsync(bounded).ConfigureAwait(false);
                        return LenientList.Read(text, type);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
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
            Content = JsonSerializer.SerializeToUtf8Bytes(entity, type.Json),
            ContentType = method == HttpMethod.Patch ? ApplyPatchType : "application/json",
        };
        return SendAsync(request, type.Json, cancellationToken);
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
            Content = patch.Content,
            ContentType = MergePatchType,
        };
        return SendAsync(request, type.Json, cancellationToken);
    }

    private Task<TAnswer> SendAsync<TAnswer>(
        ApiRequest request,
        JsonTypeInfo<TAnswer> json,
        CancellationToken cancellationToken
    ) =>
        WithTimeoutAsync(
            request,
            async (_, bounded) =>
            {
                using var response = await transport.SendAsync(request, bounded).ConfigureAwait(false);
                var stream = await response.Content.ReadAsStreamAsync(bounded).ConfigureAwait(false);
                return await JsonSerializer.DeserializeAsync(stream, json, bounded).ConfigureAwait(false)
                    ?? throw new JsonException($"{request}: the answer is null");
            },
            cancellationToken
        );

    private async Task<TResult> WithTimeoutAsync<TResult>(
        ApiRequest request,
        Func<ApiRequest, CancellationToken, Task<TResult>> send,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(settings.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await send(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Also where only the connection took too long, which the handler reports as a cancellation that nobody asked for.
            throw new TimeoutException(
                timeout.IsCancellationRequested
                    ? $"{request}: no answer within {settings.RequestTimeout}"
                    : $"{request}: no connection to the server in time",
                e
            );
        }
    }

    private static string Resource(EntityType type, string? subresource) =>
        subresource is null ? type.Plural : $"{type.Plural}/{subresource}";

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Selection(string? Namespace, string? Labels, string? Fields);
}
