using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Listening;

/// <summary>
/// Takes work from other members, on one port for all of the pool's ports, from whoever shows that it is of the pool.
/// What comes in here is served by the local application: there is never a second hop.
/// </summary>
public sealed class PeerPort(
    SnapshotInForce snapshots,
    PeerReception reception,
    UnprovenPeers unproven,
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
        if (await AdmitAsync(socket) is not var (port, said))
        {
            metrics.PeerRefusals.Add(1);
            socket.Dispose();
            return;
        }
        var path = paths.First(p => p.Carries(port));
        await path.ServeAsync(socket, new(port, FromPeer: true) { Said = said });
    }

    private async Task<(PortPolicy Port, int Said)?> AdmitAsync(Socket socket)
    {
        var from = socket.RemoteEndPoint;
        var address = (from as IPEndPoint)?.Address ?? IPAddress.None;
        if (!unproven.TryEnter(address))
        {
            Tell(from, "too many connections have not shown yet that they are of this pool");
            return null;
        }
        using var timeout = new CancellationTokenSource(PrefaceTimeout);
        try
        {
            var met = await reception.MeetAsync(socket, timeout.Token);
            var port = snapshots.Current?.Pool.Policy.Ports.FirstOrDefault(p => p.Name == met.Port);
            return port is not null
                ? (port, met.Said)
                : throw new PeerRefusedException("it asked for a port that the pool does not have");
        }
        catch (PeerRefusedException e)
        {
            Tell(from, e.Message);
            return null;
        }
        catch (OperationCanceledException)
        {
            Tell(from, "it did not show in time that it is of this pool");
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
        finally
        {
            unproven.Leave(address);
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
