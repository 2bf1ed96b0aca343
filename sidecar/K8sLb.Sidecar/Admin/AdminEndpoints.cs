using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Telemetry;

namespace K8sLb.Sidecar.Admin;

/// <summary>The admin port: for the kubelet's probes and preStop hook, and for people.</summary>
internal sealed class AdminEndpoints(
    SidecarOptions options,
    Readiness readiness,
    MemberDrain drain,
    ConnectionRegistry registry,
    WorkRouter router,
    SnapshotInForce snapshots,
    TimeProvider clock,
    PrometheusScrape? metrics = null
)
{
    private string Known =>
        $"GET /healthz, /readyz, /connections, {(metrics is null ? "" : "/metrics, ")}/drain, /drain?wait=false";

    /// <summary>A handful of fixed paths: a router for them would be two megabytes and some time at every start.</summary>
    public Task ServeAsync(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method), LeadingSlashes.Collapse(context.Request.Path)) switch
        {
            (true, "/healthz") => context.Response.WriteAsync("ok\n", context.RequestAborted),
            (true, "/readyz") => ReadyAsync(context),
            (true, "/connections") => ConnectionsAsync(context),
            (true, "/metrics") when metrics is not null => MetricsAsync(context, metrics),
            (true, "/drain") => DrainAsync(context),
            (false, "/metrics") when metrics is not null => NotAllowedAsync(context),
            (false, "/healthz" or "/readyz" or "/connections" or "/drain") => NotAllowedAsync(context),
            _ => NotFoundAsync(context),
        };

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

    /// <summary>
    /// For preStop: drains, and answers when the member is released, so that the application is stopped no sooner. With
    /// wait=false it answers at once with how things stand.
    /// </summary>
    private async Task DrainAsync(HttpContext context)
    {
        var state = drain.Begin(DrainReason.PreStop);
        if (context.Request.Query["wait"] != "false")
        {
            await drain.WhenOver(context.RequestAborted);
            state = drain.Current ?? state;
        }
        context.Response.StatusCode = state.IsOver ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(
            DrainReports.From(state, registry.Account(), clock.GetUtcNow()),
            AdminJson.Default.DrainReport,
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

    private Task NotAllowedAsync(HttpContext context)
    {
        context.Response.Headers.Allow = HttpMethods.Get;
        return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, $"{context.Request.Method} is not served");
    }

    private Task NotFoundAsync(HttpContext context) =>
        RefuseAsync(context, StatusCodes.Status404NotFound, $"nothing at {context.Request.Path}");

    private Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync($"k8slb sidecar: {why}; there are {Known}\n", context.RequestAborted);
    }
}
