using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Telemetry;

namespace K8sLb.Sidecar.Admin;

/// <summary>
/// The admin port: for the kubelet's probes and preStop hook wherever it listens, and for people on loopback, unless the environment
/// says otherwise.
/// </summary>
internal sealed class AdminEndpoints(
    SidecarOptions options,
    Readiness readiness,
    DrainEndpoint drains,
    MemberDrain drain,
    ConnectionRegistry registry,
    WorkRouter router,
    SnapshotInForce snapshots,
    TimeProvider clock,
    PrometheusScrape? metrics = null
)
{
    private readonly AdminSide side = new(options.ListenAddress, options.AdminAddress);

    /// <summary>A handful of fixed paths: a router for them would be two megabytes and some time at every start.</summary>
    public Task ServeAsync(HttpContext context)
    {
        var path = LeadingSlashes.Collapse(context.Request.Path);
        var toDrain = DrainEndpoint.SecretIn(path);
        var all = side.ServesAll(context.Connection.LocalIpAddress);
        var known = path is "/healthz" or "/readyz" or "/connections" || (path == "/metrics" && metrics is not null);
        return !known && toDrain is null ? NotFoundAsync(context, all)
            : !HttpMethods.IsGet(context.Request.Method) ? NotAllowedAsync(context, all)
            : toDrain is not null ? drains.ServeAsync(context, toDrain, all)
            : path switch
            {
                "/healthz" => context.Response.WriteAsync("ok\n", context.RequestAborted),
                "/readyz" => ReadyAsync(context),
                "/metrics" when all || options.MetricsOnPod => MetricsAsync(context, metrics!),
                "/connections" when all => ConnectionsAsync(context),
                _ => NotHereAsync(context, path),
            };
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var objections = await readiness.ObjectionsAsync(context.RequestAborted);
        context.Response.StatusCode =
            objections.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsJsonAsync(
            new() { Ready = objections.Count == 0, NotReady = objections },
            AdminJson.Default.ReadinessView,
            cancellationToken: context.RequestAborted
        );
    }

    private Task ConnectionsAsync(HttpContext context)
    {
        var live = new List<TrackedConnection>();
        registry.CopyLiveTo(live);
        var account = registry.Account();
        var view = new ConnectionsView
        {
            Pod = $"{options.PodNamespace}/{options.PodName}",
            Snapshot = snapshots.Current is { } held
                ? new()
                {
                    Pool = $"{held.Pool.Namespace}/{held.Pool.Name}",
                    Epoch = held.Epoch,
                    Version = held.Version,
                    ReceivedAt = held.SentAt,
                }
                : null,
            EffectiveWeight = router.Plan.EffectiveWeight,
            Live = account.Live,
            States = new()
            {
                Active = live.Count(c => c.State == ConnectionState.Active),
                Idle = live.Count(c => c.State == ConnectionState.Idle),
                Closing = live.Count(c => c.State == ConnectionState.Closing),
                Asked = live.Count(c => c.Leaves),
            },
            FromPeers = live.Count(c => c.FromPeer),
            InFlight = registry.InFlight,
            Totals = account.Totals,
            Drain = drain.Current is { } state ? DrainReports.From(state, account, clock.GetUtcNow()) : null,
            Peers =
            [
                .. router.KnownPeers.Select(p => new PeerView
                {
                    Name = p.Name,
                    Address = p.EndPoint.ToString(),
                    Avoided = p.IsAvoided,
                }),
            ],
        };
        return context.Response.WriteAsJsonAsync(
            view,
            AdminJson.Default.ConnectionsView,
            cancellationToken: context.RequestAborted
        );
    }

    private static Task MetricsAsync(HttpContext context, PrometheusScrape metrics)
    {
        (context.Response.ContentType, var text) = metrics.Read(context.Request.Headers.Accept);
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private Task NotHereAsync(HttpContext context, string path) =>
        RefuseAsync(
            context,
            StatusCodes.Status403Forbidden,
            $"{path} is served at {options.AdminAddress} alone (kubectl port-forward reaches it)",
            all: false
        );

    private Task NotAllowedAsync(HttpContext context, bool all)
    {
        context.Response.Headers.Allow = HttpMethods.Get;
        return RefuseAsync(
            context,
            StatusCodes.Status405MethodNotAllowed,
            $"{context.Request.Method} is not served",
            all
        );
    }

    private Task NotFoundAsync(HttpContext context, bool all) =>
        RefuseAsync(context, StatusCodes.Status404NotFound, $"nothing at {context.Request.Path}", all);

    private Task RefuseAsync(HttpContext context, int status, string why, bool all)
    {
        var connections = all ? "/connections, " : "";
        var figures = metrics is not null && (all || options.MetricsOnPod) ? "/metrics, " : "";
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(
            $"k8slb sidecar: {why}; there are GET /healthz, /readyz, {connections}{figures}/drain, /drain?wait=false\n",
            context.RequestAborted
        );
    }
}
