using K8sLb.Protocol;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>The part of <see cref="SnapshotValidator"/> that is about sessions.</summary>
internal static class SessionPolicyRules
{
    private const int LeastSecretBytes = 32;
    private const int MostKeys = 16;
    private const long LongestTimeoutMs = 30L * 24 * 60 * 60 * 1000;

    public static void Check(SessionPolicy? policy, List<string> errors)
    {
        const string Field = "pool.policy.sessions";
        if (policy is null || policy.Kind == SessionKind.SourceAddress)
        {
            return;
        }
        if (policy.Name.Length is 0 or > 128 || !policy.Name.All(IsTokenCharacter))
        {
            errors.Add(
                $"{Field}.name is \"{policy.Name}\": 1 to 128 letters, digits and !#$%&'*+-.^_`|~ are allowed, because it names a cookie or a header"
            );
        }
        if (policy.TimeoutMs is < 1 or > LongestTimeoutMs)
        {
            errors.Add($"{Field}.timeoutMs is {policy.TimeoutMs}: it must be from 1 to {LongestTimeoutMs}");
        }
        if (policy.Keys.Count is 0 or > MostKeys || policy.Keys.DistinctBy(k => k?.Id).Count() != policy.Keys.Count)
        {
            errors.Add(
                $"{Field}.keys are {policy.Keys.Count}: 1 to {MostKeys} are allowed, each with an id of its own"
            );
        }
        // The value is a secret.
        if (policy.Keys.Any(k => k is null || k.Secret.Length < LeastSecretBytes))
        {
            errors.Add($"{Field}.keys must have secrets of at least {LeastSecretBytes} bytes");
        }
    }

    /// <summary>RFC 9110 section 5.6.2.</summary>
    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c);
}
