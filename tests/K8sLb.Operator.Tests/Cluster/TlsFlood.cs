using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using K8sLb.Operator.Tests.Hub;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>Connections that finish their handshake and then say nothing; each stays open until the operator ends it.</summary>
internal sealed class TlsFlood(IPEndPoint target, Credentials credentials) : IDisposable
{
    private readonly List<IDisposable> open = [];
    private readonly Lock gate = new();
    private int letIn;
    private int turnedAway;

    /// <summary>Those whose handshake was finished.</summary>
    public int LetIn => Volatile.Read(ref letIn);

    public int TurnedAway => Volatile.Read(ref turnedAway);

    /// <param name="look">Called again and again meanwhile.</param>
    public Task DialAsync(string source, int attempts, int atOnce, Action look) =>
        Parallel.ForAsync(
            0,
            attempts,
            new ParallelOptions { MaxDegreeOfParallelism = atOnce },
            async (_, cancellation) =>
            {
                await DialAsync(IPAddress.Parse(source), cancellation);
                lock (gate)
                {
                    look();
                }
            }
        );

    public void Dispose() => open.ForEach(o => o.Dispose());

    private async Task DialAsync(IPAddress source, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Keep(socket);
        socket.Bind(new IPEndPoint(source, 0));
        try
        {
            await socket.ConnectAsync(target, cancellation);
            var tls = new SslStream(new NetworkStream(socket));
            Keep(tls);
            var options = credentials.Tls();
            options.TargetHost = credentials.Name;
            options.ApplicationProtocols = [SslApplicationProtocol.Http2];
            await tls.AuthenticateAsClientAsync(options, cancellation);
            Interlocked.Increment(ref letIn);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Interlocked.Increment(ref turnedAway);
            socket.Dispose();
        }
    }

    private void Keep(IDisposable one)
    {
        lock (gate)
        {
            open.Add(one);
        }
    }
}
