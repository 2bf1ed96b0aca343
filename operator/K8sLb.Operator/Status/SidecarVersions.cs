using K8sLb.Operator.Api;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Status;

/// <summary>Which versions of the sidecar a pool runs.</summary>
internal static class SidecarVersions
{
    /// <summary>As the schema bounds the list; the others are those with the fewest pods.</summary>
    public const int MaxListed = 16;

    /// <returns>Of the members that are attached; those with the most pods first.</returns>
    public static IList<SidecarVersionStatus> Count(IEnumerable<MemberState> members) =>
        [
            .. members
                .Where(m => m.Attached)
                .CountBy(m => m.Hello.SidecarVersion)
                .OrderByDescending(c => c.Value)
                .ThenBy(c => c.Key, StringComparer.Ordinal)
                .Take(MaxListed)
                .Select(c => new SidecarVersionStatus { Version = c.Key, Pods = c.Value }),
        ];

    public static ConditionFacts Condition(StatusInputs inputs)
    {
        var own = inputs.OperatorVersion;
        var counts = Count(inputs.Members.Values);
        var others = counts.Where(c => c.Version != own).Select(c => $"{c.Pods} run {c.Version}").ToArray();
        if (others.Length == 0)
        {
            var message = counts.Count == 0 ? "No sidecar is attached" : $"Every attached sidecar runs {own}";
            return new(ConditionTypes.SidecarsCurrent, true, ConditionReasons.SameVersion, message);
        }
        var attached = inputs.Members.Values.Count(m => m.Attached);
        return new(
            ConditionTypes.SidecarsCurrent,
            false,
            ConditionReasons.OtherVersions,
            $"Of {attached} sidecars {Names.List(others)}, and the operator is {own}: a rollout restart brings them to it"
        );
    }
}
