using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Listening;

/// <summary>Does the application accept connections? One bare connect to each of its ports.</summary>
public sealed class ApplicationProbe(SidecarOptions options, SnapshotInForce snapshots)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    /// <summary>A line for each port that accepts none; empty where all do.</summary>
    public async Task<IReadOnlyList<string>> DeafPortsAsync(CancellationToken cancellation)
    {
        var ports = snapshots.Current?.Pool.Policy.Ports ?? [];
        var deaf = new List<string>();
        foreach (var target in ports.Select(p => p.TargetPort).Distinct())
        {
            var endPoint = new IPEndPoint(options.AppAddress, target);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(Timeout);
            try
            {
                using var probe = await Dialler.DialAsync(endPoint, timeout.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                deaf.Add($"the application does not accept connections on {endPoint}");
            }
        }
        return deaf;
    }
}
