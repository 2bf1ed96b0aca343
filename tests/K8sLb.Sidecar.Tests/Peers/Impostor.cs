using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Peers;

/// <summary>Somebody who has got the address of a member: keeps all that is said to it, and says what it likes.</summary>
internal sealed class Impostor : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<byte[]> heard = new();
    private readonly Task accepting;

    /// <param name="answer">To the first line of each connection.</param>
    public Impostor(Func<string, string> answer)
    {
        listener = new(Address, TestMember.PeerPort);
        listener.Start();
        accepting = AcceptAsync(answer);
    }

    public IPAddress Address { get; } = LoopbackAddress.Next();

    public string Heard => string.Concat(heard.Select(Encoding.Latin1.GetString));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync(Func<string, string> answer)
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token), answer));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client, Func<string, string> answer)
    {
        using var open = client;
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[4096];
            var answered = false;
            for (int read; (read = await stream.ReadAsync(buffer, stop.Token)) > 0; )
            {
                heard.Enqueue(buffer[..read]);
                if (!answered)
                {
                    answered = true;
                    var line = Encoding.ASCII.GetString(buffer, 0, read).TrimEnd('\n');
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer(line)), stop.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It hung up, as it should.
        }
    }
}
