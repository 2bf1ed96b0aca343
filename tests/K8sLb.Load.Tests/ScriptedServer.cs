using System.Net;
using System.Net.Sockets;

namespace K8sLb.Load.Tests;

/// <summary>A TCP server on loopback whose behaviour on each connection is the test's.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    public ScriptedServer(Func<ScriptedConnection, Task> script)
    {
        listener.Start();
        Address = (IPEndPoint)listener.LocalEndpoint;
        accepting = AcceptAsync(script);
    }

    public IPEndPoint Address { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync(Func<ScriptedConnection, Task> script)
    {
        var serving = new List<Task>();
        try
        {
            for (var number = 1; ; number++)
            {
                var socket = await listener.AcceptSocketAsync(stopping.Token);
                serving.Add(ServeAsync(script, new ScriptedConnection(socket, number, stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private static async Task ServeAsync(Func<ScriptedConnection, Task> script, ScriptedConnection connection)
    {
        using (connection)
        {
            try
            {
                await script(connection);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client ended first, or the test is over.
            }
        }
    }
}
