using System.Net;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

internal static class FreePorts
{
    public static int One()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static IReadOnlyDictionary<Service, int> For(IEnumerable<Service> services) =>
        services.ToDictionary(service => service, _ => One());
}
