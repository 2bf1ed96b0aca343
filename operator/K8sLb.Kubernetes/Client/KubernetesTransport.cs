using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Sends requests: address, credentials, throttling, errors and metrics.</summary>
internal sealed class KubernetesTransport : IDisposable
{
    // A server that asks for more than this is better served by the caller's own back-off.
    private static readonly TimeSpan LongestThrottle = TimeSpan.FromSeconds(10);

    private readonly KubernetesClientConfiguration configuration;
    private readonly KubernetesClientOptions options;
    private readonly TimeProvider time;
    private readonly HttpMessageInvoker http;
    private readonly string baseUrl;

    public KubernetesTransport(
        KubernetesClientConfiguration configuration,
        KubernetesClientOptions options,
        TimeProvider time
    )
    {
        this.configuration = configuration;
        this.options = options;
        this.time = time;
        http = new HttpMessageInvoker(KubernetesHandler.Create(configuration, options));
        baseUrl = configuration.Server.AbsoluteUri.TrimEnd('/');
    }

    /// <summary>Returns at the start of a successful answer. The caller disposes it, and bounds the time.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var throttled = 0;
        var tokenRenewed = false;
        while (true)
        {
            var token = configuration.Token?.Current;
            var response = await SendOnceAsync(request, token, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                var refusal = await ReadRefusalAsync(request, response, cancellationToken).ConfigureAwait(false);
                if (
                    response.StatusCode == HttpStatusCode.Unauthorized
                    && !tokenRenewed
                    && token is not null
                    && configuration.Token!.Refused(token)
                )
                {
                    tokenRenewed = true;
                    continue;
                }
                if (ThrottleDelay(response) is not { } delay || throttled++ >= options.ThrottleRetries)
                {
                    throw refusal;
                }
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(
        ApiRequest request,
        string? token,
        CancellationToken cancellationToken
    )
    {
        FencedException.ThrowIfClosed(request.MayBeSent, request.ToString());
        using var message = new HttpRequestMessage(request.Method, baseUrl + request.PathAndQuery)
        {
            Version = options.HttpVersion,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // The handler takes the name for TLS from here, whatever its own options say.
        message.Headers.Host = configuration.TlsServerName;
        message.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (token is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (request.Content is { } content)
        {
            message.Content = request.MayBeSent is { } may
                ? new FencedContent(content, may, request.ToString())
                : new ReadOnlyMemoryContent(content);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }
        var started = time.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(message, cancellationToken).ConfigureAwait(false);
            return response;
        }
        finally
        {
            KubernetesMetrics.RequestDuration.Record(
                time.GetElapsedTime(started).TotalSeconds,
                new KeyValuePair<string, object?>("verb", request.Verb),
                new KeyValuePair<string, object?>("resource", request.Resource),
                new KeyValuePair<string, object?>("code", response is null ? "error" : (int)response.StatusCode)
            );
        }
    }

    /// <summary>Only 429: it says that the request was not taken up, so that any verb may be sent again.</summary>
    private static TimeSpan? ThrottleDelay(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.TooManyRequests
        && response.Headers.RetryAfter?.Delta is { } delay
        && delay <= LongestThrottle
            ? delay
            : null;

    private static async Task<KubernetesException> ReadRefusalAsync(
        ApiRequest request,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        V1Status? status = null;
        try
        {
            status = JsonSerializer.Deserialize(body, KubernetesJson.Default.V1Status);
        }
        catch (JsonException)
        {
            // A proxy in between, or a server that is still starting, answers in plain text.
        }
        status ??= new V1Status();
        status.Code ??= (int)response.StatusCode;
        status.Reason ??= response.StatusCode.ToString();
        status.Message ??= System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500)));
        return new KubernetesException(request.ToString(), status);
    }
}
