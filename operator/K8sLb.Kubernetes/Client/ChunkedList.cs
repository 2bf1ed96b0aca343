using System.Globalization;
using System.Text.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Lists in chunks of one snapshot, so that neither side has to hold the text of thousands of objects.</summary>
internal sealed class ChunkedList<T>(RequestSender sender, EntityType<T> type, string path)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <param name="path">With the selectors.</param>
    /// <param name="chunkSize">Objects per request.</param>
    public async Task<KubernetesList<T>> ReadAsync(int chunkSize, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(("limit", chunkSize.ToString(CultureInfo.InvariantCulture)), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsExpired)
        {
            // The snapshot was compacted between two chunks. In one piece it cannot be.
            return await ReadAsync(("limit", null), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<KubernetesList<T>> ReadAsync((string, string?) limit, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        var unreadable = new List<UnreadableObject>();
        V1ListMeta? metadata = null;
        do
        {
            var target = ResourcePath.WithQuery(path, limit, ("continue", metadata?.ContinueProperty));
            var request = new ApiRequest("list", type.Plural, HttpMethod.Get, target);
            var chunk = await ReadChunkAsync(request, cancellationToken).ConfigureAwait(false);
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

    private async Task<KubernetesList<T>> ReadChunkAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await sender.SendAsync(request, type.ListJson, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return LenientList.Read(await sender.SendAsync(request, cancellationToken).ConfigureAwait(false), type);
        }
    }
}
