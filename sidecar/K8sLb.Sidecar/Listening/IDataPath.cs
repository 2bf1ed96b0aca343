using System.Net.Sockets;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Listening;

/// <summary>Carries the connections of a port. Takes ownership of the socket.</summary>
public interface IDataPath
{
    bool Carries(PortProtocol protocol);

    /// <summary>Returns when the connection has been handed on; it may live on.</summary>
    Task ServeAsync(Socket client, Arrival arrival);
}

/// <summary>A connection that has just come in.</summary>
/// <param name="FromPeer">It came through the peer port: the client side still awaits <see cref="PeerPreface.Accepted"/>.</param>
public readonly record struct Arrival(PortPolicy Port, bool FromPeer);
