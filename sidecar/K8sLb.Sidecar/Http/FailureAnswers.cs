using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Http;

/// <summary>Answers of the sidecar's own: they say that it was the sidecar, and what failed.</summary>
internal static class FailureAnswers
{
    /// <summary>The pool refuses late arrivals; whoever tries again reaches another member.</summary>
    public static Task RejectAsync(HttpContext context, HttpClientConnection connection) =>
        AnswerAsync(
            context,
            connection,
            StatusCodes.Status503ServiceUnavailable,
            "this member is draining and takes no new work"
        );

    public static Task UnreachableAsync(HttpContext context, HttpClientConnection connection, string destination) =>
        AnswerAsync(
            context,
            connection,
            StatusCodes.Status503ServiceUnavailable,
            $"{destination} accepts no connections",
            isUnserved: connection.FromPeer
        );

    public static Task FailedAsync(
        HttpContext context,
        HttpClientConnection connection,
        string destination,
        ForwarderError error
    ) =>
        AnswerAsync(
            context,
            connection,
            context.Response.StatusCode is >= 400 and var status ? status : StatusCodes.Status502BadGateway,
            $"{destination} failed ({error}): {context.GetForwarderErrorFeature()?.Exception?.Message}"
        );

    private static Task AnswerAsync(
        HttpContext context,
        HttpClientConnection connection,
        int status,
        string what,
        bool isUnserved = false
    )
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            // Another connection may reach a member that can serve.
            context.Response.Headers.RetryAfter = "1";
        }
        if (isUnserved)
        {
            UnservedAnswers.Put(context.Response);
        }
        var toClose =
            status == StatusCodes.Status503ServiceUnavailable || connection.Tracked.State == ConnectionState.Closing;
        if (toClose && connection.Tracked.Protocol == ClientProtocol.Http1)
        {
            connection.Tracked.BeginClosing();
            context.Response.Headers.Connection = "close";
        }
        return context.Response.WriteAsync($"k8slb sidecar: {what}\n", context.RequestAborted);
    }
}
