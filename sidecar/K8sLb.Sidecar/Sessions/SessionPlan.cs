using System.Collections.Frozen;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Sessions;

/// <summary>What the sessions of a pool go by now. Immutable, swapped by reference, read once for each request.</summary>
public sealed class SessionPlan
{
    private readonly SessionMember[] members;
    private readonly FrozenDictionary<ulong, SessionMember> byId;

    public SessionPlan(SessionPolicy policy, SessionKeyRing keys, ulong self, IEnumerable<SessionMember> members)
    {
        (Policy, Keys, Self) = (policy, keys, self);
        this.members = [.. members];
        byId = this.members.DistinctBy(m => m.Id).ToFrozenDictionary(m => m.Id);
        Timeout = TimeSpan.FromMilliseconds(policy.TimeoutMs);
    }

    public SessionPolicy Policy { get; }
    public SessionKeyRing Keys { get; }

    /// <summary>The member that this is.</summary>
    public ulong Self { get; }
    public TimeSpan Timeout { get; }
    public ReadOnlySpan<SessionMember> Members => members;

    public bool UsesTokens => Policy.Kind != SessionKind.SourceAddress && !Keys.IsEmpty;

    public SessionMember? Find(ulong id) => byId.GetValueOrDefault(id);
}
