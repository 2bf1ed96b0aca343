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
        if (check.HttpGet is { } get)
        {
            HttpPath.Check(get.Path, $"{path}.httpGet.path", errors);
            if (check.Send is not null)
            {
                errors.Add(
                    $"{path}.send",
                    check.Send,
                    "must be left out where httpGet is given: a GET is what is sent"
                );
            }
        }
        CheckTimes.Check(check.Interval, check.Timeout, path, errors);
    }
}
