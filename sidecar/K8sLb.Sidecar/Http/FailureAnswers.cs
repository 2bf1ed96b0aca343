using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Http;

/// <summary>Answers of the sidecar's own: they say that it was the sidecar, and what failed.</summary>
internal static class FailureAnswers
{
    /// <summary>The pool refuses late arrivals; whoever tries again reaches another member.</summary>
    public static Task RejectAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return AnswerAsync(
            context,
            StatusCodes.Status503ServiceUnavailable,
            "this member is draining and takes no new work"
        );
    }

    public static Task UnreachableAsync(HttpContext context, string destination) =>
        AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, $"{destination} accepts no connections");

    public static Task FailedAsync(HttpContext context, string destination, ForwarderError error) =>
        AnswerAsync(
            context,
            context.Response.StatusCode is >= 400 and var status ? status : StatusCodes.Status502BadGateway,
            $"{destination} failed ({error}): {context.GetForwarderErrorFeature()?.Exception?.Message}"
        );

    private static async Task AnswerAsync(HttpContext context, int status, string what)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        if (context.Request.Protocol == HttpProtocol.Http11 && status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.Connection = "close";
        }
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync($"k8slb sidecar: {what}\n", context.RequestAborted);
    }
}
