using K8sLb.Operator.Api;

namespace K8sLb.Operator.Status;

internal static class ProgrammedCondition
{
    public static ConditionFacts Of(StatusInputs inputs)
    {
        var attached = inputs.Members.Values.Where(m => m.Attached).ToArray();
        if (inputs.Version is not { } version)
        {
            return No(
                ConditionReasons.AwaitingAcknowledgement,
                "Nothing was sent yet: waiting for the sidecars to attach, so that nobody gets a partial pool"
            );
        }
        if (attached.Length == 0)
        {
            return No(ConditionReasons.NoSidecars, "No sidecar is attached");
        }
        var laggards = attached
            .Where(m => m.AcknowledgedVersion is not { } acknowledged || acknowledged < version)
            .Select(m => m.Hello.PodName)
            .Order(StringComparer.Ordinal)
            .ToArray();
        return laggards.Length == 0
            ? new(
                ConditionTypes.Programmed,
                true,
                ConditionReasons.Acknowledged,
                "Every attached sidecar has put the current version into force"
            )
            : No(
                ConditionReasons.AwaitingAcknowledgement,
                $"Version {version} is not in force yet at: {Names.List(laggards)}"
            );
    }

    private static ConditionFacts No(string reason, string message) =>
        new(ConditionTypes.Programmed, false, reason, message);
}
