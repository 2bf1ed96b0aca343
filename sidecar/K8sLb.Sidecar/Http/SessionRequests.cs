using System.Security.Cryptography;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Sessions;

namespace K8sLb.Sidecar.Http;

/// <summary>Reads the sessions of requests, and says what becomes of them where they are served.</summary>
internal sealed class SessionRequests(
    WorkRouter router,
    SessionsUnderWay underWay,
    LiveSessions live,
    SessionHandover handover,
    SidecarMetrics metrics,
    TimeProvider clock
)
{
    private static readonly KeyValuePair<string, object?> Started = SidecarMetrics.Outcome("started");
    private static readonly KeyValuePair<string, object?> Moved = SidecarMetrics.Outcome("moved");
    private static readonly KeyValuePair<string, object?> HandedOver = SidecarMetrics.Outcome("handed_over");

    public SessionsUnderWay UnderWay => underWay;
    public SidecarMetrics Metrics => metrics;

    public DateTimeOffset Now() => clock.GetUtcNow();

    /// <returns>Null where the pool keeps no tokens.</returns>
    public RequestSession? Read(HttpContext context, bool isTunnel)
    {
        if (router.Sessions is not { UsesTokens: true } plan)
        {
            return null;
        }
        var verdict = SessionHeaders.TryRead(context.Request.Headers, plan, Now(), out var token);
        var session = new RequestSession(this, plan, verdict, token) { IsTunnel = isTunnel };
        context.Features.Set(session);
        return session;
    }

    /// <param name="token">Null where the request belongs to no session.</param>
    /// <param name="isLast">Nothing else of the session is under way here once this is answered.</param>
    /// <returns>What its client is to keep from now on; null where that is what it has.</returns>
    public SessionToken? Next(SessionPlan plan, SessionToken? token, bool isLast)
    {
        if (token is { } known && known.Owner == plan.Self)
        {
            var next = isLast ? handover.TryTake(plan, known) : null;
            if (next is null)
            {
                live.Note(known);
            }
            else
            {
                live.Forget(known);
                metrics.Sessions.Add(1, HandedOver);
            }
            return next;
        }
        var mine = token is { } moved ? moved with { Owner = plan.Self } : new(NewSession(), plan.Self, Now());
        live.Note(mine);
        metrics.Sessions.Add(1, token is null ? Started : Moved);
        return mine;
    }

    private static ulong NewSession()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        return BitConverter.ToUInt64(random);
    }
}
