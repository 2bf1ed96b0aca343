using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Listening;

/// <summary>Makes listening sockets, the same for every data path.</summary>
internal static class ListeningSocket
{
    /// <summary>The kernel lowers it to net.core.somaxconn.</summary>
    private const int Backlog = 4096;
    private const int SolSocket = 1;
    private const int SoReusePort = 15;

    /// <param name="at"><see cref="IPAddress.Any"/> stands for every address of both families.</param>
    /// <param name="shared">Linux: several sockets share the port, and the kernel spreads connections over them.</param>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public static Socket Open(IPEndPoint at, bool shared = false)
    {
        var bothFamilies =
            (at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any)) && Socket.OSSupportsIPv6;
        var address = bothFamilies ? new IPEndPoint(IPAddress.IPv6Any, at.Port) : at;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (bothFamilies)
            {
                socket.DualMode = true;
            }
            if (shared)
            {
                socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
            }
            // Accepted sockets inherit these.
            socket.NoDelay = true;
            KeepAlive.Enable(socket);
            socket.Bind(address);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
