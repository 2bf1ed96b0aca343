using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>The socket below a transport of Kestrel's, for what the transport has no words for.</summary>
internal static class ClientSocket
{
    /// <summary>The kernel holds bytes of the client's that the transport has not taken yet.</summary>
    public static bool HasUnreadInput(Socket socket)
    {
        try
        {
            return socket.Available > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>
    /// FIN behind what was sent. Not by the transport's hands: whatever Kestrel ends before its time it resets, and a reset
    /// takes back what the client has not received yet.
    /// </summary>
    public static void Close(ConnectionContext transport)
    {
        var socket = Of(transport);
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client, or Kestrel, was faster.
        }
        socket.Dispose();
        // There is nothing left to reset; this tells Kestrel that the end which it is about to see is no fault.
        transport.Abort(new ConnectionAbortedException("closed by the sidecar"));
    }

    public static Socket Of(ConnectionContext transport) =>
        transport.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
}
