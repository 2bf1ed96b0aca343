using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class AgentCheckRules
{
    public static void Check(BackendPoolAgentCheck? check, string path, FieldErrors errors)
    {
        if (check is null)
        {
            return;
        }
        errors.Range($"{path}.port", check.Port, 1, 65535);
        if (check.Send is { Length: > 255 })
        {
            errors.Add($"{path}.send", check.Send, "must be 255 characters at most");
        }
        CheckTimes.Check(check.Interval, check.Timeout, path, errors);
    }
}
