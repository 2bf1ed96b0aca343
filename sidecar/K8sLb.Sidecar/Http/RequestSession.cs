using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Sessions;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// A request in a pool that keeps tokens: what it brought, and where it is being sent. Who serves it takes the token off, and puts
/// another one on the answer where the one that came does not name this member.
/// </summary>
internal sealed class RequestSession : IDisposable
{
    private readonly SessionRequests requests;
    private readonly TokenVerdict? verdict;
    private readonly SessionToken token;
    private bool isCounted;

    /// <param name="verdict">Null where the request brought nothing that could be a token.</param>
    public RequestSession(SessionRequests requests, SessionPlan plan, TokenVerdict? verdict, in SessionToken token)
    {
        (this.requests, Plan, this.verdict, this.token) = (requests, plan, verdict, token);
        ServesHere = true;
    }

    public SessionPlan Plan { get; }

    /// <summary>It belongs to a session: whatever becomes of it, it goes where that one goes.</summary>
    public bool IsBound => verdict == TokenVerdict.Valid;

    public bool ServesHere { get; private set; }

    /// <summary>Its answer is the beginning of something longer.</summary>
    public bool IsTunnel { get; init; }

    public WorkRoute Route(WorkRouter router) => router.Next(Plan, token, requests.UnderWay.Of(token) > 0);

    /// <summary>The next place after one that could not be reached; null for this member.</summary>
    public Peer? Instead(bool isLocalGone) =>
        SessionPlacement.Successor(Plan, token.Session, token.Owner, isLocalGone ? Plan.Self : null)?.Peer;

    /// <summary>It is being sent to that peer, or served here where that is null.</summary>
    public void Aim(Peer? peer)
    {
        Uncount();
        ServesHere = peer is null;
        if (IsBound && (peer?.Id ?? Plan.Self) == token.Owner)
        {
            isCounted = true;
            requests.UnderWay.Begin(token);
        }
    }

    /// <summary>Takes the token off, where the application is what comes next.</summary>
    public void StripFrom(HttpRequestMessage request, IHeaderDictionary asItCame)
    {
        if (ServesHere && verdict is not null)
        {
            SessionHeaders.Strip(Plan.Policy, request, asItCame);
        }
    }

    /// <summary>Puts a token on an answer of this member's own, where the client has none that names it.</summary>
    public void Mark(HttpContext context)
    {
        if (!ServesHere)
        {
            return;
        }
        if (verdict is { } refused and not TokenVerdict.Valid)
        {
            requests.Metrics.SessionTokensRefused.Add(1, SidecarMetrics.Outcome(refused.ToString()));
        }
        var isLast = !IsTunnel && requests.UnderWay.Of(token) <= 1;
        if (requests.Next(Plan, IsBound ? token : null, isLast) is { } next)
        {
            SessionHeaders.Put(context, Plan, next, requests.Now());
        }
    }

    public void Dispose() => Uncount();

    private void Uncount()
    {
        if (isCounted)
        {
            isCounted = false;
            requests.UnderWay.End(token);
        }
    }
}
