using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Validation;

/// <summary>What can be wrong in retry and sessionPersistence: how the error begins, and how to bring it about.</summary>
internal static class WrongRequests
{
    public static TheoryData<string, Action<BackendPoolSpec>> All =>
        new()
        {
            { "spec.retry: \"given\": must be left out where no port has mode Proxy", s => s.Retry = new() },
            { "spec.retry.attempts: 0: must be 1 to 10", s => s.Retry = Retry(s, r => r.Attempts = 0) },
            {
                "spec.retry.backoff.max: \"10ms\": must be at least backoff.base, and at most 1m",
                s => s.Retry = Retry(s, r => r.Backoff.Max = "10ms")
            },
            {
                "spec.retry.perTryTimeout: \"0s\": must be longer than 0s",
                s => s.Retry = Retry(s, r => r.PerTryTimeout = "0s")
            },
            {
                "spec.retry.budget.percent: 101: must be 0 to 100",
                s => s.Retry = Retry(s, r => r.Budget.Percent = 101)
            },
            {
                "spec.sessionPersistence.type: \"Cookie\": must be SourceAddress where no port has mode Proxy",
                s => s.SessionPersistence = new()
            },
            {
                "spec.sessionPersistence.type: \"SourceAddress\": must be another one where loadBalancing.rebalance is given",
                s =>
                {
                    s.SessionPersistence = new() { Type = "SourceAddress" };
                    s.LoadBalancing = new() { Rebalance = new() };
                }
            },
            {
                "spec.sessionPersistence.type: \"Url\": must be one of Cookie, Header, SourceAddress",
                s => s.SessionPersistence = new() { Type = "Url" }
            },
            {
                "spec.sessionPersistence.sessionName: \"a;b\": must be 1 to 128 letters, digits, '-', '_' or '.'",
                s => s.SessionPersistence = Sessions(s, p => p.SessionName = "a;b")
            },
            {
                "spec.sessionPersistence.sessionName: \"Content-Type\": must be a header that means nothing else",
                s => s.SessionPersistence = Sessions(s, p => (p.Type, p.SessionName) = ("Header", "Content-Type"))
            },
            {
                "spec.sessionPersistence.absoluteTimeout: \"0s\": must be from 1s to 720h",
                s => s.SessionPersistence = Sessions(s, p => p.AbsoluteTimeout = "0s")
            },
            {
                "spec.sessionPersistence.absoluteTimeout: \"forever\": must be a duration",
                s => s.SessionPersistence = Sessions(s, p => p.AbsoluteTimeout = "forever")
            },
            {
                "spec.sessionPersistence.handover: \"None\": must be one of Successor",
                s => s.SessionPersistence = Sessions(s, p => p.Handover = "None")
            },
        };

    private static BackendPoolRetry Retry(BackendPoolSpec spec, Action<BackendPoolRetry> change)
    {
        spec.Ports![0].Mode = "Proxy";
        var retry = new BackendPoolRetry();
        change(retry);
        return retry;
    }

    private static BackendPoolSessionPersistence Sessions(
        BackendPoolSpec spec,
        Action<BackendPoolSessionPersistence> change
    )
    {
        spec.Ports![0].Mode = "Proxy";
        var sessions = new BackendPoolSessionPersistence();
        change(sessions);
        return sessions;
    }
}
