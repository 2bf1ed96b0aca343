using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Retries;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace K8sLb.Sidecar.Http;

/// <summary>Serves one request: here or at a peer, and somewhere else where the first choice cannot be reached.</summary>
internal sealed class RequestForwarding(
    IHttpForwarder forwarder,
    HttpDestinations destinations,
    WorkRouter router,
    SessionRequests sessions,
    WorkAdmission admission,
    SnapshotInForce snapshots,
    ConnectionRegistry registry,
    SidecarMetrics metrics,
    Random random,
    TimeProvider clock,
    ILogger<RequestForwarding> log
)
{
    /// <summary>Places that are tried for a request whose body nobody has read yet.</summary>
    private const int MaxAttempts = 4;

    /// <summary>Upstream it is the version that the client speaks; a WebSocket goes by HTTP/1.1, which every server knows.</summary>
    private static readonly ForwarderRequestConfig Http1 = Exactly(HttpVersion.Version11);
    private static readonly ForwarderRequestConfig Http2 = Exactly(HttpVersion.Version20);

    private readonly PassThroughTransformer transformer = new();
    private readonly RetryBudget budget = new(clock);
    private readonly ForwardingOutcomes outcomes = new(registry, metrics, clock, log);

    public async Task HandleAsync(HttpContext context)
    {
        var connection = context.Features.GetRequiredFeature<HttpClientConnection>();
        var tracked = connection.Tracked;
        tracked.BeginWork();
        try
        {
            if (tracked is { Protocol: ClientProtocol.Http2, Leaves: true })
            {
                // While it was idle it could not be told in two phases.
                connection.AnnounceGoAway();
            }
            await RouteAsync(context, connection);
        }
        finally
        {
            tracked.EndWork();
        }
        if (!context.RequestAborted.IsCancellationRequested && connection.TryLinger())
        {
            await context.Response.CompleteAsync();
            await connection.LingerBehindGoAwayAsync();
        }
    }

    private async Task RouteAsync(HttpContext context, HttpClientConnection connection)
    {
        var isProbe = KubeletProbe.Is(context.Request);
        connection.NoteRequest(isProbe);
        // A probe asks after this pod's application, and what a peer passed on goes no further.
        var staysHere = connection.FromPeer || isProbe;
        var isWebSocket = WebSocketUpgrade.Prepare(context, connection, clock);
        var config = connection.Tracked.Protocol == ClientProtocol.Http2 && !isWebSocket ? Http2 : Http1;
        using var session = isProbe ? null : sessions.Read(context, isWebSocket);
        var kind = isWebSocket && session is null ? WorkKind.Connection : WorkKind.Request;
        var route =
            staysHere ? WorkRoute.Local
            : session is { IsBound: true } ? session.Route(router)
            : router.Next(kind, connection.ClientKey);
        if (!isProbe)
        {
            route = admission.Admit(route, connection.Tracked, isBound: session is { IsBound: true });
        }
        if (route.Kind == WorkRouteKind.Wait)
        {
            route = await admission.WaitAsync(clock, context.RequestAborted);
        }
        if (route.Kind is WorkRouteKind.Reject or WorkRouteKind.Full)
        {
            metrics.Requests.Add(1, SidecarMetrics.Rejected);
            await FailureAnswers.RefuseAsync(context, connection, route.Kind);
            return;
        }
        // What a peer passed on is that peer's to repeat.
        var tries = staysHere || isWebSocket ? null : Tries(context);
        await ForwardAsync(context, connection, route, config, staysHere, tries, session);
    }

    /// <summary>Null where the pool asks for no retries.</summary>
    private RequestTries? Tries(HttpContext context)
    {
        if (snapshots.Current?.Pool.Policy.Retry is not { } policy)
        {
            return null;
        }
        budget.NoteRequest();
        var hasContent = context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
        var tries = new RequestTries(policy, budget, context.Request.Method, hasContent);
        context.Features.Set(tries);
        return tries;
    }

    private async Task ForwardAsync(
        HttpContext context,
        HttpClientConnection connection,
        WorkRoute route,
        ForwarderRequestConfig config,
        bool staysHere,
        RequestTries? tries,
        RequestSession? session
    )
    {
        var localFailed = false;
        for (var attempt = 1; ; attempt++)
        {
            var peer = route.Peer;
            using var lease = destinations.Rent(peer, connection.Port, config.Version!);
            var destination = lease.Destination;
            if (context.Features.Get<IHttpUpgradeFeature>() is ReleasableUpgrade)
            {
                // With sessions, these are what is evened out: a client that is released would come back with its token.
                connection.Tracked.IsHeld = peer is null && session is null;
            }
            session?.Aim(peer);
            var error = await SendAsync(context, lease, route, config, tries);
            var unreachable = ForwardingOutcomes.Unreachable(context, error);
            var isFull = false;
            if (unreachable is null && !UnservedAnswers.WasFound(context, out isFull))
            {
                if (tries is not null && IsTakenBack(context, tries, error))
                {
                    await PauseAsync(context, tries);
                    context.Response.Clear();
                    // What a session has is where it is: another member would only know less.
                    route = admission.ToPeerOrHere(session is { IsBound: true } ? peer : router.AnyPeer() ?? peer);
                    if (route.Kind == WorkRouteKind.Full)
                    {
                        await FailureAnswers.RefuseAsync(context, connection, route.Kind);
                        return;
                    }
                    continue;
                }
                outcomes.Note(connection.Tracked, peer, error);
                await outcomes.AnswerFailureAsync(context, connection, destination, error);
                return;
            }
            if (isFull)
            {
                peer?.NoteFull();
            }
            else
            {
                outcomes.NoteUnreachable(peer, destination, unreachable);
            }
            localFailed |= peer is null;
            context.Response.Clear();
            var isBound = session is { IsBound: true };
            route =
                staysHere || attempt == MaxAttempts ? admission.ToPeerOrHere(null, hereToo: !localFailed)
                // A session does not move because its member is busy.
                : isBound && isFull ? WorkRoute.Full
                : admission.ToPeerOrHere(
                    isBound ? session!.Instead(localFailed) : router.Instead(connection.ClientKey, localFailed),
                    hereToo: !localFailed
                );
            if (route.Kind == WorkRouteKind.Full)
            {
                metrics.Requests.Add(1, SidecarMetrics.Failed);
                await (
                    localFailed
                        ? FailureAnswers.UnreachableAsync(context, connection, destination.Name)
                        : FailureAnswers.RefuseAsync(context, connection, route.Kind)
                );
                return;
            }
        }
    }

    private async Task<ForwarderError> SendAsync(
        HttpContext context,
        HttpDestination.Lease lease,
        WorkRoute route,
        ForwarderRequestConfig config,
        RequestTries? tries
    )
    {
        tries?.Begin();
        using var attempt = new DestinationAttempt(
            route.Peer?.Load ?? router.Local,
            route.Place,
            clock,
            tries?.Timeout
        );
        context.Features.Set(attempt);
        // Only bounds make a peer full, and to ask costs a way there and back.
        using var asked = route.Peer is not null && admission.Gate.Policy is not null ? AskFirst.Begin(context) : null;
        var error = await forwarder.SendAsync(
            context,
            lease.Destination.Prefix,
            lease.Invoker,
            config,
            transformer,
            attempt.TooLate
        );
        if (
            error is ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.RequestCanceled
            && !context.RequestAborted.IsCancellationRequested
        )
        {
            attempt.NoteNoAnswer();
        }
        return error;
    }

    /// <summary>By its answer, or now because it brought none.</summary>
    private static bool IsTakenBack(HttpContext context, RequestTries tries, ForwarderError error) =>
        tries.IsTakenBack
        || (
            error is ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.RequestCanceled
            && !context.Response.HasStarted
            && !context.RequestAborted.IsCancellationRequested
            && tries.TryTakeBack(TryFailure.Unknown)
        );

    private async Task PauseAsync(HttpContext context, RequestTries tries)
    {
        metrics.Retries.Add(1);
        await Task.Delay(tries.Pause(random.NextDouble()), clock, context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

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
