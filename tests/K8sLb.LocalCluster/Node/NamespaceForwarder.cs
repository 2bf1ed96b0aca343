using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using K8sLb.LocalCluster.Processes;
using Microsoft.Win32.SafeHandles;

namespace K8sLb.LocalCluster;

/// <summary>
/// Makes a port on loopback inside a network namespace reachable as the same port on loopback outside, so that one
/// kubeconfig serves both sides. Runs as a process of its own, which belongs to the cluster.
/// </summary>
/// <remarks>
/// A socket belongs for life to the network namespace of the thread that made it. One thread goes into the namespace and
/// makes the sockets; connecting and copying is done anywhere.
/// </remarks>
public static partial class NamespaceForwarder
{
    /// <summary>The verb of this program that runs it.</summary>
    public const string Verb = "forward";

    private const int CloneNewNet = 0x40000000;

    internal static ChildProcess Start(RunDirectory run, int port, string networkPath)
    {
        // This assembly may be a guest in another program, such as a test host.
        var program = typeof(NamespaceForwarder).Assembly.Location;
        var dotnet = Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet";
        return run.Start("forwarder", [dotnet, program, Verb, $"{port}", networkPath]);
    }

    /// <summary>Forwards until it is cancelled.</summary>
    public static async Task RunAsync(int port, string networkPath, CancellationToken ct)
    {
        using var inside = new SocketMaker(networkPath);
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(512);
        while (true)
        {
            var client = await listener.AcceptSocketAsync(ct);
            _ = ForwardAsync(client, inside, port, ct);
        }
    }

    private static async Task ForwardAsync(Socket client, SocketMaker inside, int port, CancellationToken ct)
    {
        using (client)
        {
            try
            {
                using var server = await inside.MakeAsync();
                await server.ConnectAsync(IPAddress.Loopback, port, ct);
                client.NoDelay = server.NoDelay = true;
                await Task.WhenAll(CopyAsync(client, server, ct), CopyAsync(server, client, ct));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Refused or broken on one side: closing the other says so.
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken ct)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, ct)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, count), ct);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int kind);

    private sealed class SocketMaker : IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<TaskCompletionSource<Socket>> orders = [];

        public SocketMaker(string networkPath)
        {
            var entered = new TaskCompletionSource();
            var thread = new Thread(() => Run(networkPath, entered)) { IsBackground = true, Name = "sockets inside" };
            thread.Start();
            entered.Task.GetAwaiter().GetResult();
        }

        public Task<Socket> MakeAsync()
        {
            var order = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
            orders.Add(order);
            return order.Task;
        }

        public void Dispose() => orders.CompleteAdding();

        private void Run(string networkPath, TaskCompletionSource entered)
        {
            using (var descriptor = File.OpenHandle(networkPath))
            {
                if (SetNamespace(descriptor, CloneNewNet) != 0)
                {
                    entered.SetException(new Win32Exception(Marshal.GetLastPInvokeError(), $"setns {networkPath}"));
                    return;
                }
            }
            entered.SetResult();
            foreach (var order in orders.GetConsumingEnumerable())
            {
                try
                {
                    order.SetResult(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                }
                catch (SocketException e)
                {
                    order.SetException(e);
                }
            }
        }
    }
}
