using System.Net;
using System.Net.Sockets;

namespace K8sLb.Load.Tests;

public sealed class ReachabilityTests
{
    [Fact]
    public async Task An_address_is_waited_for_from_ports_that_no_other_connection_gets()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)server.LocalEndPoint!;
        (await Reachability.WaitAsync(address, TimeSpan.FromMilliseconds(1))).ShouldBeFalse();

        var reached = Reachability.WaitAsync(address, TimeSpan.FromSeconds(60));
        server.Listen();

        (await reached).ShouldBeTrue();
        using var client = await server.AcceptAsync();
        ((IPEndPoint)client.RemoteEndPoint!).Port.ShouldBeInRange(20_000, 32_767);
    }
}
