using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Http;

/// <summary>Answers of the sidecar's own: they say that it was the sidecar, and what failed.</summary>
internal static class FailureAnswers
{
    private const string Overloaded = "the application has as much to do as it may have, or is given a rest";

    /// <summary>The pool refuses late arrivals, or there is no place; whoever tries again may reach another member.</summary>
    public static Task RefuseAsync(HttpContext context, HttpClientConnection connection, WorkRouteKind why) =>
        why != WorkRouteKind.Full
            ? AnswerAsync(
                context,
                connection,
                StatusCodes.Status503ServiceUnavailable,
                "this member is draining and takes no new work"
            )
        : !connection.FromPeer && GrpcAnswers.IsCall(context.Request)
            ? GrpcAnswers.UnavailableAsync(context, Overloaded)
        : AnswerAsync(
            context,
            connection,
            StatusCodes.Status503ServiceUnavailable,
            Overloaded,
            isUnserved: connection.FromPeer,
            isFull: true
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
        bool isUnserved = false,
        bool isFull = false
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
            UnservedAnswers.Put(context.Response, isFull);
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
