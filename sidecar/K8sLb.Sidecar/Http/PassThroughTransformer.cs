using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Retries;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// Leaves messages as they are: target and Host byte for byte. Adds the client's address to X-Forwarded-For, because the
/// application sees the loopback as its client otherwise, and X-Forwarded-Proto where nobody in front has set it. Asks
/// the client to move, with Connection: close, at the last moment before a response's header is written.
/// </summary>
internal sealed class PassThroughTransformer : HttpTransformer
{
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedProto = "X-Forwarded-Proto";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var target = httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.StartsWith('/'))
        {
            proxyRequest.RequestUri = new Uri(destinationPrefix + target, AsGiven);
        }
        AskFirst.Mark(httpContext, proxyRequest);
        httpContext.Features.Get<RequestSession>()?.StripFrom(proxyRequest, httpContext.Request.Headers);
        var connection = httpContext.Features.GetRequiredFeature<HttpClientConnection>();
        if (!connection.FromPeer)
        {
            var headers = httpContext.Request.Headers;
            var chain = StringValues.Concat(headers[ForwardedFor], connection.ClientAddress);
            proxyRequest.Headers.Remove(ForwardedFor);
            proxyRequest.Headers.TryAddWithoutValidation(
                ForwardedFor,
                chain.Count == 1 ? chain[0] : string.Join(", ", chain!)
            );
            if (!headers.ContainsKey(ForwardedProto))
            {
                proxyRequest.Headers.TryAddWithoutValidation(ForwardedProto, httpContext.Request.Scheme);
            }
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken
    )
    {
        if (proxyResponse is not null && UnservedAnswers.TryTake(httpContext, proxyResponse))
        {
            return false;
        }
        if (proxyResponse is not null)
        {
            httpContext.Features.Get<DestinationAttempt>()?.NoteAnswer((int)proxyResponse.StatusCode < 500);
            if (httpContext.Features.Get<RequestTries>()?.TryTakeBack(RetryRules.Of(proxyResponse.StatusCode)) == true)
            {
                return false;
            }
        }
        var copyBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is not null)
        {
            httpContext.Features.Get<RequestSession>()?.Mark(httpContext);
        }
        AskToMove(httpContext, proxyResponse);
        if (proxyResponse is { Content.Headers.ContentLength: null } && proxyResponse.StatusCode >= HttpStatusCode.OK)
        {
            proxyResponse.Content = new PromptContent(proxyResponse.Content, httpContext.Response);
        }
        return copyBody;
    }

    private static void AskToMove(HttpContext context, HttpResponseMessage? response)
    {
        var connection = context.Features.GetRequiredFeature<HttpClientConnection>();
        var tracked = connection.Tracked;
        if (
            tracked is not { Leaves: true, Protocol: ClientProtocol.Http1 }
            || response?.StatusCode == HttpStatusCode.SwitchingProtocols
        )
        {
            return;
        }
        // What was sent behind this request without waiting would go unanswered: the last of them carries the close.
        var hasContent = context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
        if (hasContent || !connection.HasRequestWaiting())
        {
            tracked.BeginClosing();
            context.Response.Headers.Connection = "close";
        }
    }
}
