using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Agent;

/// <summary>How this member stands, as load balancers in front of the pool are told.</summary>
public sealed class MemberStanding(WorkRouter router, MemberDrain drain, MemberHealth health, MemberAgent agent)
{
    /// <summary>Why it is to get nothing new; null where nothing speaks against that.</summary>
    public string? Objection => Ailing ?? Draining;

    /// <summary>As a line of HAProxy's agent-check protocol.</summary>
    public string Line => AgentAnswer.Of(router.Plan.EffectiveWeight, Draining, Ailing);

    private string? Draining =>
        drain.Current?.Reason.ToString()
        ?? (agent.Current is { Admin: not AgentAdmin.Ready } said ? said.Admin.ToString() : null);

    private string? Ailing =>
        health.Current is { Healthy: false } failing ? failing.Message ?? "the health check failed"
        : agent.Current is { Health: AgentHealth.Down } said ? said.Description ?? "the agent says so"
        : null;
}
