using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace K8sLb.Relay.Tests.Harness;

/// <summary>An application whose every byte the test decides.</summary>
internal sealed class RawApplication : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<Wire> accepted = Channel.CreateUnbounded<Wire>();
    private readonly List<Wire> all = [];

    public RawApplication()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }
    public int Accepted { get; private set; }

    public async Task<Wire> AcceptedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await accepted.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Answers each request that has no content with its request line, until the connection ends.</summary>
    public async Task EchoAsync(Func<string, string>? respond = null)
    {
        await foreach (var wire in accepted.Reader.ReadAllAsync())
        {
            _ = ServeAsync(wire, respond ?? (line => Response(line)));
        }
    }

    public static string Response(string content, string fields = "") =>
        $"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\n{fields}\r\n{content}";

    public void Dispose()
    {
        listener.Dispose();
        lock (all)
        {
            all.ForEach(wire => wire.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var wire = new Wire(await listener.AcceptAsync());
                lock (all)
                {
                    all.Add(wire);
                }
                Accepted++;
                await accepted.Writer.WriteAsync(wire);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            accepted.Writer.TryComplete();
        }
    }

    private static async Task ServeAsync(Wire wire, Func<string, string> respond)
    {
        try
        {
            while (true)
            {
                var head = await wire.ReadHeadAsync();
                await wire.SendAsync(respond(head.Split("\r\n")[0]));
            }
        }
        catch (Exception e)
            when (e is EndOfStreamException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            wire.Dispose();
        }
    }
}
