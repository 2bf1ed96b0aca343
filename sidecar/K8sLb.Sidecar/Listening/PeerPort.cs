using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Listening;

/// <summary>
/// Takes work from other members, on one port for all of the pool's ports, from whoever knows this member's credential.
/// What comes in here is served by the local application: there is never a second hop.
/// </summary>
public sealed class PeerPort(
    SnapshotInForce snapshots,
    PeerCredential credential,
    IEnumerable<IDataPath> paths,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<PeerPort> log
)
{
    private static readonly TimeSpan PrefaceTimeout = TimeSpan.FromSeconds(5);
    private readonly IDataPath[] paths = [.. paths];
    private readonly LogThrottle throttle = new(clock);

    public async Task ServeAsync(Socket socket)
    {
        if (await AdmitAsync(socket) is not { } port)
        {
            metrics.PeerRefusals.Add(1);
            socket.Dispose();
            return;
        }
        var path = paths.First(p => p.Carries(port));
        await path.ServeAsync(socket, new(port, FromPeer: true));
    }

    private async Task<PortPolicy?> AdmitAsync(Socket socket)
    {
        var from = socket.RemoteEndPoint;
        using var timeout = new CancellationTokenSource(PrefaceTimeout);
        try
        {
            if (
                await PeerHandshake.ReadLineAsync(socket, timeout.Token) is not { } line
                || !PeerPreface.TryParse(line.Span, out var portName, out var presented)
            )
            {
                Tell(from, "it did not begin with a preface");
                return null;
            }
            if (!credential.Matches(presented))
            {
                Tell(from, "its credential is not this member's");
                return null;
            }
            var port = snapshots.Current?.Pool.Policy.Ports.FirstOrDefault(p => p.Name == portName);
            if (port is null)
            {
                Tell(from, "it asked for a port that the pool does not have");
            }
            return port;
        }
        catch (OperationCanceledException)
        {
            Tell(from, "it did not finish its preface in time");
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void Tell(EndPoint? from, string why)
    {
        if (throttle.TryPass())
        {
            SidecarLog.PeerRefused(log, from, why);
        }
    }
}
