using System.Text.Json;
using K8sLb.Operator.Diagnostics;

namespace K8sLb.Operator.Webhooks;

/// <summary>What the API server calls. Every replica answers, from what its informers have.</summary>
internal sealed partial class AdmissionEndpoints(
    PodAdmission pods,
    PoolAdmission pools,
    TimeProvider time,
    ILogger<AdmissionEndpoints> logger
) : IDisposable
{
    /// <summary>An API server takes no object above 3 MB; an update brings two of them.</summary>
    private const long LongestBody = 8 * 1024 * 1024;

    /// <summary>Answers at a time; a parsed review takes several times its length.</summary>
    private const int AtOnce = 16;

    /// <summary>API servers wait 30 s at most.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim places = new(AtOnce);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/inject", context => ServeAsync(context, pods.Answer));
        routes.MapPost("/validate", context => ServeAsync(context, pools.Answer));
    }

    public void Dispose() => places.Dispose();

    private async Task ServeAsync(HttpContext context, Func<AdmissionRequest, AdmissionResponse> answer)
    {
        if (context.Features.Get<IWebhookConnection>() is null)
        {
            // The other ports have other callers.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, limit.Token);
        try
        {
            await places.WaitAsync(either.Token);
            try
            {
                await AnswerAsync(context, answer, either.Token);
            }
            finally
            {
                places.Release();
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Whoever is this slow gets no answer: the API server goes on without.
            context.Abort();
        }
    }

    private async Task AnswerAsync(
        HttpContext context,
        Func<AdmissionRequest, AdmissionResponse> answer,
        CancellationToken cancellationToken
    )
    {
        if (AdmissionBody.Bound(context, LongestBody) is { } tooLong)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, tooLong, cancellationToken);
            return;
        }
        AdmissionRequest request;
        try
        {
            request = await AdmissionBody.ReadAsync(context.Request, cancellationToken);
        }
        catch (AdmissionFormatException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message, cancellationToken);
            return;
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, e.Message, cancellationToken);
            return;
        }
        await context.Response.WriteAsJsonAsync(
            new AdmissionReview
            {
                ApiVersion = AdmissionReview.Version,
                Kind = AdmissionReview.KindName,
                Response = answer(request),
            },
            AdmissionJson.Default.AdmissionReview,
            cancellationToken: cancellationToken
        );
    }

    private async Task RefuseAsync(HttpContext context, int status, string why, CancellationToken cancellationToken)
    {
        OperatorMetrics.AdmissionRefused.Add(1);
        LogRefused(context.Request.Path, why);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync($"{why}\n", cancellationToken);
    }

    [LoggerMessage(EventId = 360, Level = LogLevel.Warning, Message = "A request to {Path} was refused: {Why}")]
    private partial void LogRefused(string path, string why);
}

/// <summary>A connection to the listener of the webhooks.</summary>
internal interface IWebhookConnection;

internal sealed class WebhookConnection : IWebhookConnection
{
    public static WebhookConnection Instance { get; } = new();
}
