using System.Security.Cryptography;

namespace K8sLb.Operator.Injection;

/// <summary>What a pod's hooks and its sidecar know, and nobody who cannot read the pod.</summary>
public static class PodSecret
{
    private const int Bytes = 32;

    /// <summary>In hexadecimal: it stands in headers, paths and environments.</summary>
    public static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
}
