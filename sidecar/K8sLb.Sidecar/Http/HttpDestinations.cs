using System.Collections.Concurrent;
using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Http.Upstreams;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Http;

/// <summary>One <see cref="HttpDestination"/> for each application port and for each port of each peer.</summary>
internal sealed class HttpDestinations(
    SidecarOptions options,
    WorkRouter router,
    SnapshotInForce snapshots,
    PeerGreetings greetings,
    UpstreamCounts counts,
    TimeProvider clock
) : IDisposable
{
    private readonly ConcurrentDictionary<int, HttpDestination> local = new();
    private readonly ConcurrentDictionary<(Peer Peer, string Port), HttpDestination> peers = new();

    public int Count => local.Count + peers.Count;

    private UpstreamPolicy? Policy => snapshots.Current?.Pool.Policy.Connections?.Upstream;

    /// <summary>For one request.</summary>
    /// <param name="peer">Null for the application here.</param>
    public HttpDestination.Lease Rent(Peer? peer, PortPolicy port, Version version)
    {
        while (true)
        {
            var destination = peer is null ? Local(port) : At(peer, port);
            if (destination.TryRent(version, out var lease))
            {
                return lease;
            }
        }
    }

    /// <summary>Gives up what the latest snapshot knows no more, or knows otherwise, and fits the others to what they carry.</summary>
    public void Follow()
    {
        var policy = Policy;
        var ports = snapshots.Current?.Pool.Policy.Ports ?? [];
        foreach (var (port, destination) in local)
        {
            if (destination.Policy != policy || ports.All(p => p.TargetPort != port))
            {
                GiveUp(local, port);
            }
            destination.Fit();
        }
        var known = router.AllPeers;
        foreach (var (key, destination) in peers)
        {
            if (destination.Policy != policy || !known.Contains(key.Peer) || ports.All(p => p.Name != key.Port))
            {
                GiveUp(peers, key);
            }
            destination.Fit();
        }
    }

    public void Dispose()
    {
        foreach (var port in local.Keys)
        {
            GiveUp(local, port);
        }
        foreach (var key in peers.Keys)
        {
            GiveUp(peers, key);
        }
    }

    /// <summary>First out of reach, then given up: who finds it given up looks again, and finds another one.</summary>
    private static void GiveUp<T>(ConcurrentDictionary<T, HttpDestination> from, T key)
        where T : notnull
    {
        if (from.TryRemove(key, out var destination))
        {
            destination.Retire();
        }
    }

    private HttpDestination Local(PortPolicy port)
    {
        // Looked up first: a closure for the factory is made on entry of the method that holds it.
        return local.TryGetValue(port.TargetPort, out var known) ? known : AddLocal(port.TargetPort);
    }

    private HttpDestination At(Peer peer, PortPolicy port) =>
        peers.TryGetValue((peer, port.Name), out var known) ? known : AddPeer(peer, port.Name);

    private HttpDestination AddLocal(int targetPort)
    {
        var endPoint = new IPEndPoint(options.AppAddress, targetPort);
        return Add(
            local,
            targetPort,
            new(
                $"the application at {endPoint}",
                endPoint,
                isPeer: false,
                Dialler.LocalTimeout,
                c => Dialler.DialAsync(endPoint, c),
                Policy,
                counts,
                clock
            )
        );
    }

    private HttpDestination AddPeer(Peer peer, string port) =>
        Add(
            peers,
            (peer, port),
            new(
                $"the peer {peer.Name} at {peer.EndPoint}",
                peer.EndPoint,
                isPeer: true,
                Dialler.PeerTimeout,
                c => Dialler.DialPeerAsync(peer, greetings.To(peer, port), c),
                Policy,
                counts,
                clock
            )
        );

    /// <summary>Two can come at the same time; one of them is too many.</summary>
    private static HttpDestination Add<T>(ConcurrentDictionary<T, HttpDestination> to, T key, HttpDestination made)
        where T : notnull
    {
        var kept = to.GetOrAdd(key, made);
        if (kept != made)
        {
            made.Retire();
        }
        return kept;
    }
}
