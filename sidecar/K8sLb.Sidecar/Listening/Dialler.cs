using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Listening;

/// <summary>Opens connections to where work is served, for every data path.</summary>
public static class Dialler
{
    /// <summary>To the local application; it may be busy accepting, but it is near.</summary>
    public static readonly TimeSpan LocalTimeout = TimeSpan.FromSeconds(5);

    /// <summary>To a peer, its answer included: another one or the local application can take the work instead.</summary>
    public static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(1);

    /// <exception cref="SocketException">Refused, unreachable.</exception>
    public static async ValueTask<Socket> DialAsync(IPEndPoint endPoint, CancellationToken cancellation)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A connection to a port of a peer, granted by it.</summary>
    /// <exception cref="SocketException">Refused, unreachable.</exception>
    /// <exception cref="IOException">The peer did not grant it.</exception>
    public static async ValueTask<Socket> DialPeerAsync(
        Peer peer,
        PeerGreeting greeting,
        CancellationToken cancellation
    )
    {
        var socket = await DialAsync(peer.EndPoint, cancellation);
        try
        {
            KeepAlive.Enable(socket);
            await PeerHandshake.RequestAsync(socket, greeting, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
