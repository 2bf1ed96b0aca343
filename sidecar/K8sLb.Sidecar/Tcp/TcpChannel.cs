using System.Net.Sockets;
using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Tcp;

/// <summary>
/// Of a protocol that it does not know, a relay cannot tell where work ends: nothing polite can be said, and the deadline
/// alone ends a connection.
/// </summary>
internal sealed class TcpChannel(Socket client) : IClientChannel
{
    private TcpRelay? relay;

    public void Attach(TcpRelay to) => Volatile.Write(ref relay, to);

    public void Release(ReleaseUrgency urgency) { }

    /// <summary>FIN to both sides; what they have sent so far is still delivered.</summary>
    public void Cut()
    {
        try
        {
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
        Volatile.Read(ref relay)?.Abort();
    }
}
