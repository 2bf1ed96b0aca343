using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Peers;

/// <summary>The wire to a member's peer port, and somebody who records what passes.</summary>
internal sealed class RecordingWire : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly IPAddress member;
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private readonly Lock gate = new();
    private readonly MemoryStream there = new();
    private readonly MemoryStream back = new();

    public RecordingWire(IPAddress member)
    {
        this.member = member;
        listener = new(Address, TestMember.PeerPort);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where who hands work over finds the member.</summary>
    public IPAddress Address { get; } = LoopbackAddress.Next();

    public int Connections { get; private set; }

    public byte[] There => Copy(there);

    public byte[] Back => Copy(back);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private byte[] Copy(MemoryStream of)
    {
        lock (gate)
        {
            return of.ToArray();
        }
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                Connections++;
                open.Add(CarryAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using var client = near;
        using var far = new TcpClient();
        await far.ConnectAsync(member, TestMember.PeerPort, stop.Token);
        await Task.WhenAll(
            CopyAsync(client.GetStream(), far.GetStream(), there),
            CopyAsync(far.GetStream(), client.GetStream(), back)
        );
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, MemoryStream record)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, stop.Token)) > 0; )
            {
                lock (gate)
                {
                    record.Write(buffer, 0, read);
                }
                await to.WriteAsync(buffer.AsMemory(0, read), stop.Token);
            }
            to.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // One of the two is gone.
        }
    }
}
