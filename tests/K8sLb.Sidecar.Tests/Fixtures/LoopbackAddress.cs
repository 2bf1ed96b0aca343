using System.Net;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>
/// An address of 127.0.0.0/8 for each member of a test, so that every one of them has all ports to itself, as a pod has.
/// </summary>
internal static class LoopbackAddress
{
    private static int last;

    public static IPAddress Next()
    {
        var number = Interlocked.Increment(ref last);
        return new([127, (byte)(10 + (Environment.ProcessId % 200)), (byte)(number / 250), (byte)(1 + (number % 250))]);
    }
}
