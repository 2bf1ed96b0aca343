using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Http;

/// <summary>What became of a request that was forwarded: what is counted and logged, and what the client is told.</summary>
internal sealed class ForwardingOutcomes(
    ConnectionRegistry registry,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger log
)
{
    private readonly LogThrottle throttle = new(clock);

    /// <summary>Why nothing was sent, so that the request is as good as new and its body unread; null where something was.</summary>
    public static string? Unreachable(HttpContext context, ForwarderError error) =>
        error == ForwarderError.Request && !context.Response.HasStarted
            ? (
                context.GetForwarderErrorFeature()?.Exception?.InnerException as DestinationUnreachableException
            )?.Message
            : null;

    public void Note(TrackedConnection connection, Peer? peer, ForwarderError error)
    {
        if (peer is not null)
        {
            peer.NoteReached();
            registry.NoteRerouted();
        }
        metrics.Requests.Add(1, peer is null ? SidecarMetrics.Local : SidecarMetrics.Rerouted);
        // The destination broke off in the middle of its answer, so the client's connection is cut as well.
        if (error is ForwarderError.ResponseBodyDestination && connection.Protocol != ClientProtocol.Http2)
        {
            connection.MarkCut();
        }
    }

    public async Task AnswerFailureAsync(
        HttpContext context,
        HttpClientConnection connection,
        HttpDestination destination,
        ForwarderError error
    )
    {
        // Behind an answer that broke off the forwarder aborts the request itself: that is no client which went away.
        var wentAway =
            context.RequestAborted.IsCancellationRequested && error != ForwarderError.ResponseBodyDestination;
        if (error == ForwarderError.None || wentAway)
        {
            return;
        }
        metrics.Failures.Add(1, SidecarMetrics.Outcome(error.ToString()));
        if (throttle.TryPass())
        {
            SidecarLog.RequestFailed(
                log,
                destination.Name,
                error,
                context.GetForwarderErrorFeature()?.Exception?.Message
            );
        }
        if (!context.Response.HasStarted)
        {
            await FailureAnswers.FailedAsync(context, connection, destination.Name, error);
        }
    }

    public void NoteUnreachable(Peer? peer, HttpDestination destination, string? why)
    {
        if (throttle.TryPass())
        {
            SidecarLog.DestinationUnreachable(log, destination.Name, why ?? "its application is gone");
        }
        peer?.NoteUnreachable();
    }
}
