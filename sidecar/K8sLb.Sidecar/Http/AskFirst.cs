using K8sLb.Sidecar.Streams;
using Microsoft.AspNetCore.Http.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// A request with content on its way to a peer that may be full: the peer is asked before any of the content goes out (Expect:
/// 100-continue, RFC 9110 section 10.1.1), so that another one can be asked after it. The peer takes the question off again, because not every
/// application answers it.
/// </summary>
internal sealed class AskFirst : IDisposable
{
    private const string Header = "K8sLb-Ask-First";
    private const string Expect = "Expect";

    private readonly HttpContext context;
    private readonly Stream content;
    private readonly Watched watched;

    private AskFirst(HttpContext context)
    {
        this.context = context;
        content = context.Request.Body;
        context.Request.Body = watched = new(content);
        context.Features.Set(this);
    }

    /// <returns>Null where there is no content to keep back.</returns>
    public static AskFirst? Begin(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
        || HttpMethods.IsConnect(context.Request.Method)
        || context.Request.Headers.ContainsKey("Upgrade")
            ? null
            : new(context);

    /// <summary>None of the request's content has been read: it can still go elsewhere.</summary>
    public static bool IsContentUnread(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
        || context.Features.Get<AskFirst>() is { watched.IsRead: false };

    /// <summary>Adds the question, or takes off that of the peer which the request is from.</summary>
    public static void Mark(HttpContext context, HttpRequestMessage request)
    {
        if (request.Headers.Remove(Header))
        {
            request.Headers.Remove(Expect);
        }
        if (context.Features.Get<AskFirst>() is not null && !context.Request.Headers.ContainsKey(Expect))
        {
            request.Headers.ExpectContinue = true;
            request.Headers.TryAddWithoutValidation(Header, "1");
        }
    }

    public void Dispose()
    {
        context.Request.Body = content;
        context.Features.Set<AskFirst>(null);
    }

    private sealed class Watched(Stream content) : AsyncStream
    {
        public bool IsRead { get; private set; }
        public override bool CanWrite => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsRead = true;
            return content.ReadAsync(buffer, cancellationToken);
        }
    }
}
