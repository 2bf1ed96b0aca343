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
    SidecarMetrics metrics,
    TimeProvider clock
)
{
    public SessionsUnderWay UnderWay => underWay;
    public SidecarMetrics Metrics => metrics;

    public DateTimeOffset Now() => clock.GetUtcNow();

    /// <returns>Null where the pool keeps no tokens.</returns>
    public RequestSession? Read(HttpContext context)
    {
        if (router.Sessions is not { UsesTokens: true } plan)
        {
            return null;
        }
        var verdict = SessionHeaders.TryRead(context.Request.Headers, plan, Now(), out var token);
        var session = new RequestSession(this, plan, verdict, token);
        context.Features.Set(session);
        return session;
    }

    /// <param name="token">Null where the request belongs to no session.</param>
    /// <returns>What its client is to keep from now on; null where that is what it has.</returns>
    public SessionToken? Next(SessionPlan plan, SessionToken? token)
    {
        if (token is { } known && known.Owner == plan.Self)
        {
            live.Note(known);
            return null;
        }
        var mine = token is { } moved ? moved with { Owner = plan.Self } : new(NewSession(), plan.Self, Now());
        live.Note(mine);
        metrics.Sessions.Add(1, SidecarMetrics.Outcome(token is null ? "started" : "moved"));
        return mine;
    }

    private static ulong NewSession()
    {
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        return BitConverter.ToUInt64(random);
    }
}
