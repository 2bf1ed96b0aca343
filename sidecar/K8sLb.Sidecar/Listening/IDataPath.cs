using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Listening;

/// <summary>Carries the connections of a port.</summary>
public interface IDataPath
{
    bool Carries(PortPolicy port);

    /// <summary>Opens a port; disposing the result stops accepting, and what was accepted goes on.</summary>
    /// <param name="policy">What holds for the port now, which a snapshot can change; its number stays.</param>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    IAsyncDisposable Listen(IPAddress address, Func<PortPolicy> policy);

    /// <summary>Takes over a connection that was accepted elsewhere. Returns when it has been handed on; it may live on.</summary>
    Task ServeAsync(Socket client, Arrival arrival);
}

/// <summary>A connection that has just come in.</summary>
/// <param name="FromPeer">
/// It came through the peer port: it is served by the local application alone, and the client side still awaits
/// <see cref="PeerPreface.Accepted"/>.
/// </param>
/// <param name="ClientKey">What consistent hashing knows the client by.</param>
public readonly record struct Arrival(PortPolicy Port, bool FromPeer, ulong ClientKey = 0)
{
    /// <summary>Bytes that a peer was sent before the connection was handed over.</summary>
    public int Said { get; init; }
}
