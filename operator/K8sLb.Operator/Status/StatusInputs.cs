using K8sLb.Core;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Status;

/// <summary>All that a status is made from.</summary>
public sealed record StatusInputs
{
    public required PoolView View { get; init; }

    /// <summary>The status before, for what did not change.</summary>
    public required BackendPoolStatus? Before { get; init; }
    public required PoolPlan Plan { get; init; }

    /// <summary>By pod UID.</summary>
    public required IReadOnlyDictionary<string, MemberState> Members { get; init; }

    /// <summary>Null while nothing was sent yet.</summary>
    public required long? Version { get; init; }

    /// <summary>By UID of a draining member, the names of its peers that do not know of its drain.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Unaware { get; init; }

    /// <summary>Of this operator, which its sidecars ought to have too.</summary>
    public required string OperatorVersion { get; init; }

    /// <summary>Why sessions have no keys, or not the newest; null where they have, or need none.</summary>
    public string? SessionKeysProblem { get; init; }

    /// <summary>Why sidecars may not trust this operator, or soon will not; null where all is well.</summary>
    public string? TrustProblem { get; init; }
    public required DateTimeOffset Now { get; init; }
}
