using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace K8sLb.Load;

/// <summary>
/// A WebSocket whose upgrade this client does itself, so that a failure of it is seen as it is; framing is the base library's.
/// Keeps its own end in the account.
/// </summary>
internal sealed class WebSocketSession : IDisposable
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 section 1.3
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly WebSocket socket;
    private readonly ByteConnection bytes;
    private readonly byte[] buffer = new byte[4096];

    private WebSocketSession(WebSocket socket, ByteConnection bytes, TrackedConnection tracked) =>
        (this.socket, this.bytes, Tracked) = (socket, bytes, tracked);

    public TrackedConnection Tracked { get; }

    /// <param name="replaced">The client's session before this one.</param>
    public static async Task<WebSocketSession> OpenAsync(
        LoadContext load,
        TrackedConnection? replaced,
        CancellationToken cancellation
    )
    {
        var connection = await load.OpenHttp1Async(LoadClass.WebSocket, replaced, cancellation);
        try
        {
            await UpgradeAsync(connection, load.Target.Host, cancellation);
            // Answering pings is done by the base library; it sends none itself.
            var options = new WebSocketCreationOptions { KeepAliveInterval = TimeSpan.Zero };
            var stream = new ByteConnectionStream(connection.Bytes);
            return new(WebSocket.CreateFromStream(stream, options), connection.Bytes, connection.Tracked);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets the pending receive take what has already arrived, as any client does that reads before it writes: on a machine
    /// that stood still, a close frame may have been lying there for long. One that is still on its way is not seen.
    /// </summary>
    public async Task TakeArrivalsAsync(Task pendingReceive)
    {
        while (!pendingReceive.IsCompleted)
        {
            // Before the look, so that a read in between is not missed. A Ping ends a read, and no receive.
            var read = bytes.NextReadAsync();
            if (!bytes.HasArrival)
            {
                return;
            }
            await Task.WhenAny(pendingReceive, read);
        }
    }

    public async Task SendAsync(string message, CancellationToken cancellation)
    {
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, cancellation);
        }
        catch (Exception e) when (e is WebSocketException or RequestFailedException)
        {
            // The pending receive tells what has come before the end, a close frame perhaps: its word counts.
        }
    }

    /// <summary>The next message; null where the server closed politely.</summary>
    /// <exception cref="RequestFailedException">The session was cut.</exception>
    public async Task<string?> ReceiveAsync()
    {
        ValueWebSocketReceiveResult received;
        try
        {
            received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or RequestFailedException or ObjectDisposedException)
        {
            Tracked.End(ConnectionEnd.Cut);
            throw new RequestFailedException(FailureKind.WebSocketCut, $"no close frame: {Innermost(e).Message}", e);
        }
        if (received.MessageType != WebSocketMessageType.Close)
        {
            return received.EndOfMessage
                ? Encoding.UTF8.GetString(buffer, 0, received.Count)
                : throw new RequestFailedException(FailureKind.Protocol, "a message longer than any that was sent");
        }
        var status = (int)(socket.CloseStatus ?? WebSocketCloseStatus.Empty);
        // 1000 normal, 1001 going away, 1012 service restart (the registry's name).
        var polite = status is 1000 or 1001 or 1012;
        if (polite)
        {
            Tracked.ToldToMove();
        }
        Tracked.End(polite ? ConnectionEnd.Polite : ConnectionEnd.Cut);
        return polite ? null : throw new RequestFailedException(FailureKind.WebSocketCut, $"close frame {status}");
    }

    /// <summary>
    /// Where the server has closed: the answer, and then its end of the connection, which the base library waits for. Not a part of
    /// <see cref="ReceiveAsync"/>, which would keep the Close to itself for so long.
    /// </summary>
    public async Task AnswerCloseAsync()
    {
        if (socket.State != WebSocketState.CloseReceived)
        {
            return;
        }
        using var limit = new CancellationTokenSource(CloseTimeout);
        try
        {
            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, null, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or RequestFailedException or OperationCanceledException)
        {
            // The server did not wait for the answer.
        }
    }

    /// <summary>Ends the session from this side, and waits for the server's close frame for a bounded time.</summary>
    public async Task CloseAsync(Task<string?> pendingReceive)
    {
        Tracked.End(ConnectionEnd.ByClient);
        using var limit = new CancellationTokenSource(CloseTimeout);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
            await pendingReceive.WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or RequestFailedException or OperationCanceledException)
        {
            // The load is over, and the session with it.
        }
    }

    public void Dispose()
    {
        Tracked.End(ConnectionEnd.ByClient);
        socket.Dispose();
    }

    private static async Task UpgradeAsync(Http1Connection connection, string host, CancellationToken cancellation)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var head = new StringBuilder("GET /ws HTTP/1.1\r\n").Append("Host: ").Append(host);
        head.Append(
            "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        );
        head.Append(key).Append("\r\n");
        var (status, headers) = await connection.ExchangeHeadersAsync(head, default, cancellation);
        if (status >= 500)
        {
            throw new RequestFailedException(FailureKind.ServerError, $"the upgrade was answered with {status}");
        }
        if (status != 101)
        {
            throw new RequestFailedException(FailureKind.UnexpectedStatus, $"the upgrade was answered with {status}");
        }
        if (headers.WebSocketAccept != Accept(key))
        {
            throw new RequestFailedException(FailureKind.Protocol, "Sec-WebSocket-Accept is not the key's");
        }
    }

    // SHA-1 is what RFC 6455 section 4.2.2 prescribes; nothing is kept secret by it.
#pragma warning disable CA5350
    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
