using System.Globalization;
using System.Net;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>
/// Addresses for pods: a /24 of loopback, chosen at random, so that every pod has the same ports, as in a cluster, and two
/// runs on one machine do not meet.
/// </summary>
internal sealed class LoopbackRange
{
    private readonly string prefix = string.Create(
        CultureInfo.InvariantCulture,
        $"127.{Random.Shared.Next(16, 250)}.{Random.Shared.Next(0, 256)}"
    );
    private int taken;

    /// <summary>Nobody listens there.</summary>
    public IPAddress Nowhere => IPAddress.Parse($"{prefix}.254");

    public IPAddress Next()
    {
        var number = Interlocked.Increment(ref taken);
        return number < 254
            ? IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{prefix}.{number}"))
            : throw new InvalidOperationException("more than 253 pods in one test");
    }
}
