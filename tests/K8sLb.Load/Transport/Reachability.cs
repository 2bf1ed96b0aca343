using System.Net;
using System.Net.Sockets;

namespace K8sLb.Load;

/// <summary>
/// Waits for an address that does not answer yet. Dials from ports below those that the system gives to other connections
/// (net.ipv4.ip_local_port_range): what is sent to a Service before kube-proxy knows it leaves its port in the node's connection
/// tracking, untranslated, for two minutes (nf_conntrack_tcp_timeout_syn_sent), and a connection of the load that got this port
/// would go nowhere.
/// </summary>
internal static class Reachability
{
    private const int FirstPort = 20_000;
    private const int LastPort = 32_767;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>False where it did not answer within the limit.</returns>
    public static async Task<bool> WaitAsync(IPEndPoint address, TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        using var pace = new PeriodicTimer(Pace);
        try
        {
            for (var port = FirstPort; port <= LastPort; port++)
            {
                if (await AcceptsAsync(address, port, late.Token))
                {
                    return true;
                }
                await pace.WaitForNextTickAsync(late.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The limit.
        }
        return false;
    }

    private static async Task<bool> AcceptsAsync(IPEndPoint address, int port, CancellationToken cancellation)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            socket.Bind(
                new IPEndPoint(
                    address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any,
                    port
                )
            );
            await socket.ConnectAsync(address, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }
}
