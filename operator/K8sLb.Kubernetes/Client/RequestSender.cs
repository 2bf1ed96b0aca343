using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace K8sLb.Kubernetes;

/// <summary>Sends requests and reads their answers, within the time that one request may take.</summary>
internal sealed class RequestSender(KubernetesTransport transport, TimeSpan limit, TimeProvider time)
{
    /// <summary>Reads the answer from the stream.</summary>
    public Task<TAnswer> SendAsync<TAnswer>(
        ApiRequest request,
        JsonTypeInfo<TAnswer> json,
        CancellationToken cancellationToken
    ) =>
        BoundedAsync(
            request,
            async bounded =>
            {
                using var response = await transport.SendAsync(request, bounded).ConfigureAwait(false);
                var stream = await response.Content.ReadAsStreamAsync(bounded).ConfigureAwait(false);
                return await JsonSerializer.DeserializeAsync(stream, json, bounded).ConfigureAwait(false)
                    ?? throw new JsonException($"{request}: the answer is null");
            },
            cancellationToken
        );

    /// <returns>The whole text of the answer.</returns>
    public Task<byte[]> SendAsync(ApiRequest request, CancellationToken cancellationToken) =>
        BoundedAsync(
            request,
            async bounded =>
            {
                using var response = await transport.SendAsync(request, bounded).ConfigureAwait(false);
                return await response.Content.ReadAsByteArrayAsync(bounded).ConfigureAwait(false);
            },
            cancellationToken
        );

    /// <summary>Only the start of the answer is bounded in time. The caller disposes it.</summary>
    public Task<HttpResponseMessage> StartAsync(ApiRequest request, CancellationToken cancellationToken) =>
        BoundedAsync(request, bounded => transport.SendAsync(request, bounded), cancellationToken);

    private async Task<TResult> BoundedAsync<TResult>(
        ApiRequest request,
        Func<CancellationToken, Task<TResult>> send,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await send(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Also where only the connection took too long, which the handler reports as a cancellation that nobody asked for.
            throw new TimeoutException(
                timeout.IsCancellationRequested
                    ? $"{request}: no answer within {limit}"
                    : $"{request}: no connection to the server in time",
                e
            );
        }
    }
}
