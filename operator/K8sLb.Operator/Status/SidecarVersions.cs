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
        var bare = PodsWithoutSidecar.In(inputs.View);
        var without =
            $"Of {inputs.View.Pods.Count} pods {bare.Count} have no sidecar and are no members: {Names.List(bare)}: a rollout restart gives them one";
        return (bare.Count, Others(inputs)) switch
        {
            (0, null) => new(
                ConditionTypes.SidecarsCurrent,
                true,
                ConditionReasons.SameVersion,
                inputs.Members.Values.Any(m => m.Attached)
                    ? $"Every attached sidecar runs {inputs.OperatorVersion}"
                    : "No sidecar is attached"
            ),
            (0, { } others) => No(ConditionReasons.OtherVersions, others),
            (_, null) => No(ConditionReasons.PodsWithoutSidecar, without),
            (_, { } others) => No(ConditionReasons.PodsWithoutSidecar, $"{without}. {others}"),
        };
    }

    /// <returns>Which versions there are beside the operator's; null where there are none.</returns>
    private static string? Others(StatusInputs inputs)
    {
        var own = inputs.OperatorVersion;
        var others = Count(inputs.Members.Values)
            .Where(c => c.Version != own)
            .Select(c => $"{c.Pods} run {c.Version}")
            .ToArray();
        var attached = inputs.Members.Values.Count(m => m.Attached);
        return others.Length == 0
            ? null
            : $"Of {attached} sidecars {Names.List(others)}, and the operator is {own}: a rollout restart brings them to it";
    }

    private static ConditionFacts No(string reason, string message) =>
        new(ConditionTypes.SidecarsCurrent, false, reason, message);
}
