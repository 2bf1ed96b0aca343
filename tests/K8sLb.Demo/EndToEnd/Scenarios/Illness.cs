using System.Globalization;

namespace K8sLb.Demo;

/// <summary>
/// A pod that says by its readiness probe that something is wrong, and some seconds later cannot do its work any more: with a database
/// that it has lost, say. Then it is well again.
/// </summary>
internal static class Illness
{
    private const int Pods = 4;

    /// <summary>From the first failing probe on: the kubelet takes three of them, a second apart, and endpoints take theirs.</summary>
    private const int WarningSeconds = 12;
    private const int Seconds = 25;
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(30);

    public static async Task PassAsync(Stage stage, CancellationToken cancellation)
    {
        var pod = stage.PodNames().Order(StringComparer.Ordinal).First();
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"/api/v1/namespaces/default/pods/{pod}:8080/proxy/unwell?warning={WarningSeconds}&seconds={Seconds}"
        );
        await stage.KubectlAsync(cancellation, ["get", "--raw", path]);
        await stage.Load.UntilAsync(
            () => stage.Living().Any(p => p.Metadata.Name == pod && !p.IsReady()),
            NoticeLimit,
            $"{pod} is not ready any more",
            cancellation
        );
        await stage.UntilReadyAsync(Pods, cancellation);
    }
}
