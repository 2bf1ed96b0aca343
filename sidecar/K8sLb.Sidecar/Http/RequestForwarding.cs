using System.Net;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Http;

/// <summary>Serves one request: here or at a peer, and somewhere else where the first choice cannot be reached.</summary>
internal sealed class RequestForwarding(
    IHttpForwarder forwarder,
    HttpDestinations destinations,
    WorkRouter router,
    MemberDrain drain,
    ConnectionRegistry registry,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<RequestForwarding> log
)
{
    /// <summary>Places that are tried for a request whose body nobody has read yet.</summary>
    private const int MaxAttempts = 4;

    /// <summary>Upstream it is the version that the client speaks; a WebSocket goes by HTTP/1.1, which every server knows.</summary>
    private static readonly ForwarderRequestConfig Http1 = Exactly(HttpVersion.Version11);
    private static readonly ForwarderRequestConfig Http2 = Exactly(HttpVersion.Version20);

    private readonly PassThroughTransformer transformer = new(drain);

    public async Task HandleAsync(HttpContext context)
    {
        var connection = context.Features.GetRequiredFeature<HttpClientConnection>();
        connection.Tracked.BeginWork();
        try
        {
            if (connection.Tracked.Protocol == ClientProtocol.Http2 && drain.Current is { IsReleasing: true })
            {
                connection.AnnounceGoAway();
            }
            var isWebSocket = WebSocketUpgrade.Prepare(context, connection, clock);
            var config = connection.Tracked.Protocol == ClientProtocol.Http2 && !isWebSocket ? Http2 : Http1;
            var route = router.Next(connection.FromPeer);
            if (route.Kind == WorkRouteKind.Reject)
            {
                metrics.Requests.Add(1, SidecarMetrics.Rejected);
                await FailureAnswers.RejectAsync(context, connection.Tracked);
            }
            else
            {
                await ForwardAsync(context, connection, route, config);
            }
        }
        finally
        {
            connection.Tracked.EndWork();
        }
        if (
            connection.Tracked is { Protocol: ClientProtocol.Http2, State: ConnectionState.Closing }
            && !context.RequestAborted.IsCancellationRequested
        )
        {
            await context.Response.CompleteAsync();
            await connection.HoldForCrossingStreamsAsync();
        }
    }

    private async Task ForwardAsync(
        HttpContext context,
        HttpClientConnection connection,
        WorkRoute route,
        ForwarderRequestConfig config
    )
    {
        var localFailed = false;
        for (var attempt = 1; ; attempt++)
        {
            var peer = route.Peer;
            var destination = peer is null
                ? destinations.Local(connection.Port)
                : destinations.At(peer, connection.Port);
            var error = await forwarder.SendAsync(
                context,
                destination.Prefix,
                destination.Invoker,
                config,
                transformer,
                CancellationToken.None
            );
            if (!CouldNotConnect(context, error))
            {
                NoteOutcome(connection, peer, error);
                if (error != ForwarderError.None && !context.Response.HasStarted)
                {
                    await FailureAnswers.FailedAsync(context, connection.Tracked, destination.Name, error);
                }
                return;
            }
            SidecarLog.DestinationUnreachable(
                log,
                destination.Name,
                context.GetForwarderErrorFeature()?.Exception?.InnerException?.Message
            );
            peer?.NoteUnreachable();
            localFailed |= peer is null;
            var next = attempt < MaxAttempts ? router.AnyPeer(connection.FromPeer) : null;
            if (next is null && localFailed)
            {
                metrics.Requests.Add(1, SidecarMetrics.Failed);
                await FailureAnswers.UnreachableAsync(context, connection.Tracked, destination.Name);
                return;
            }
            route = WorkRoute.To(next);
            context.Response.Clear();
        }
    }

    private void NoteOutcome(HttpClientConnection connection, Peer? peer, ForwarderError error)
    {
        if (peer is not null)
        {
            peer.NoteReached();
            registry.NoteRerouted();
        }
        metrics.Requests.Add(1, peer is null ? SidecarMetrics.Local : SidecarMetrics.Rerouted);
        // The destination broke off in the middle of its answer, so the client's connection is cut as well.
        if (error is ForwarderError.ResponseBodyDestination && connection.Tracked.Protocol != ClientProtocol.Http2)
        {
            connection.Tracked.MarkCut();
        }
    }

    /// <summary>Nothing was sent, so the request is as good as new: its body has not been read.</summary>
    private static bool CouldNotConnect(HttpContext context, ForwarderError error) =>
        error == ForwarderError.Request
        && !context.Response.HasStarted
        && context.GetForwarderErrorFeature()?.Exception?.InnerException is DestinationUnreachableException;

    /// <summary>No timeout: slow answers and quiet WebSockets are no faults.</summary>
    private static ForwarderRequestConfig Exactly(Version version) =>
        new()
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = Timeout.InfiniteTimeSpan,
            AllowResponseBuffering = false,
        };
}
