using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;

namespace K8sLb.Operator.Status;

internal static class AcceptedCondition
{
    public static ConditionFacts Of(PoolView view)
    {
        if (view.Errors.Count > 0)
        {
            var consequence = view.InForce is null ? "" : "; the last valid spec stays in force";
            var errors = Names.List([.. view.Errors.Select(e => e.ToString())], "; ");
            return new(ConditionTypes.Accepted, false, ConditionReasons.Invalid, errors + consequence);
        }
        if (view.Conflicts.Count > 0)
        {
            var pods = Names.List([.. view.Conflicts.Select(c => $"{c.Pod} (in {c.Owner})")]);
            var message = $"These pods belong to an older pool, and this one goes on without them: {pods}";
            return new(ConditionTypes.Accepted, false, ConditionReasons.Conflict, message);
        }
        return new(ConditionTypes.Accepted, true, ConditionReasons.Accepted, "The spec is in force");
    }
}
