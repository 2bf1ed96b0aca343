using System.Collections.Concurrent;
using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Http;

/// <summary>One <see cref="HttpDestination"/> for each application port and for each port of each peer.</summary>
internal sealed class HttpDestinations(SidecarOptions options, WorkRouter router) : IDisposable
{
    private readonly ConcurrentDictionary<int, HttpDestination> local = new();
    private readonly ConcurrentDictionary<(Peer Peer, string Port), HttpDestination> peers = new();

    public HttpDestination Local(PortPolicy port)
    {
        // Looked up first: a closure for the factory is made on entry of the method that holds it.
        return local.TryGetValue(port.TargetPort, out var known) ? known : AddLocal(port.TargetPort);
    }

    public HttpDestination At(Peer peer, PortPolicy port) =>
        peers.TryGetValue((peer, port.Name), out var known) ? known : AddPeer(peer, port.Name);

    public void Dispose()
    {
        foreach (var destination in local.Values.Concat(peers.Values))
        {
            destination.Dispose();
        }
    }

    private HttpDestination AddLocal(int targetPort)
    {
        var endPoint = new IPEndPoint(options.AppAddress, targetPort);
        return local.GetOrAdd(
            targetPort,
            _ =>
                new(
                    $"the application at {endPoint}",
                    endPoint,
                    Dialler.LocalTimeout,
                    c => Dialler.DialAsync(endPoint, c)
                )
        );
    }

    private HttpDestination AddPeer(Peer peer, string port)
    {
        ForgetPeersThatLeft();
        return peers.GetOrAdd(
            (peer, port),
            _ =>
                new(
                    $"the peer {peer.Name} at {peer.EndPoint}",
                    peer.EndPoint,
                    Dialler.PeerTimeout,
                    c => Dialler.DialPeerAsync(peer, port, c)
                )
        );
    }

    /// <summary>
    /// Peers that left are dropped when new ones come. Not disposed: requests to them may be in flight, and what they hold
    /// is given back by the idle timeout.
    /// </summary>
    private void ForgetPeersThatLeft()
    {
        foreach (var key in peers.Keys)
        {
            if (!router.AllPeers.Contains(key.Peer))
            {
                peers.TryRemove(key, out _);
            }
        }
    }
}
