using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Configuration;

namespace K8sLb.Sidecar.Admin;

/// <summary>
/// The health path for load balancers in front of the pool, on a port of its own: the admin port can drain the member, and is not for
/// everybody. Closed unless the sidecar is told its number.
/// </summary>
internal sealed class HealthServer(
    SidecarOptions options,
    MemberStanding standing,
    Readiness readiness,
    IServiceProvider services,
    ILoggerFactory loggers
) : IHostedService, IDisposable
{
    private const string Path = "/health";
    private BareServer? server;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.HealthPort is not { } port)
        {
            return Task.CompletedTask;
        }
        server = new([options.ListenAddress], port, services, loggers);
        return server.StartAsync(AnswerAsync, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => server?.Dispose();

    /// <summary>200 where it may get new work, else 503; the body is what an agent check would be told, and why not.</summary>
    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.ContentType = "text/plain; charset=utf-8";
        if (LeadingSlashes.Collapse(request.Path) != Path)
        {
            await WriteAsync(context, StatusCodes.Status404NotFound, $"k8slb sidecar: there is GET {Path}\n");
            return;
        }
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            await WriteAsync(context, StatusCodes.Status405MethodNotAllowed, $"k8slb sidecar: there is GET {Path}\n");
            return;
        }
        var objections = standing.Objection is { } objection
            ? [objection]
            : await readiness.ObjectionsAsync(context.RequestAborted);
        if (objections.Count == 0)
        {
            await WriteAsync(context, StatusCodes.Status200OK, standing.Line);
        }
        else
        {
            var why = string.Join("; ", objections).ReplaceLineEndings(" ");
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, $"{why}\n");
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            return context.Response.WriteAsync(text, context.RequestAborted);
        }
        context.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(text);
        return Task.CompletedTask;
    }
}
