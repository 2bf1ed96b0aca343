using System.Security.Cryptography;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.WebSocket;
using K8sLb.Sidecar.Streams;

namespace K8sLb.Sidecar.WebSockets;

/// <summary>
/// A client's end of a WebSocket, that lets bytes through and can close it politely. Reading gives what the client sends;
/// writing sends to it. To close, it sends Close to the client between two messages, drops what the application still
/// sends, keeps passing on what the client sent before its own Close, which then tells the application as well.
/// </summary>
/// <param name="abort">Ends both sides at once.</param>
internal sealed class ReleasableWebSocket(Stream client, IWebSocketCarrier carrier, TimeProvider clock, Action abort)
    : AsyncStream
{
    /// <summary>For the client's Close, then again for the application to end: both only have to answer.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private const int NotAsked = -1;

    private readonly MessageExchange exchange = new(carrier);
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly CancellationTokenSource reads = new();
    private CancellationTokenRegistration callerGone;
    private ReadOnlyMemory<byte> pendingToApp;
    private volatile bool closeSent;
    private volatile bool readsEnded;
    private volatile bool done;
    private int asked = NotAsked;

    public event Action? Ended;

    /// <param name="urgency">How long a better moment may be waited for.</param>
    public void Release(ReleaseUrgency urgency)
    {
        Volatile.Write(ref asked, (int)urgency);
        if (urgency > ReleaseUrgency.AfterAnswer && MayTellClient(urgency))
        {
            _ = CloseBetweenMessagesAsync(urgency);
        }
    }

    public void Stay() => Volatile.Write(ref asked, NotAsked);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (readsEnded)
        {
            return TakePending(buffer);
        }
        if (callerGone == default)
        {
            callerGone = cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), reads);
        }
        int read;
        try
        {
            read = await client.ReadAsync(buffer, reads.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The client did not answer our Close in time.
            return EndTowardsApp(buffer);
        }
        if (buffer.Length == 0)
        {
            return 0;
        }
        if (read == 0)
        {
            return closeSent ? EndTowardsApp(buffer) : 0;
        }
        exchange.NoteFromClient(buffer.Span[..read]);
        readsEnded = exchange.ClientClosed && closeSent;
        return read;
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            if (closeSent)
            {
                return;
            }
            var (length, close) = exchange.NoteFromApp(buffer.Span, Asked);
            if (close)
            {
                await SendCloseAsync(buffer[..length]);
            }
            else
            {
                await client.WriteAsync(buffer, cancellationToken);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => client.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !done)
        {
            done = true;
            callerGone.Dispose();
            client.Dispose();
            Ended?.Invoke();
        }
        base.Dispose(disposing);
    }

    private ReleaseUrgency? Asked =>
        Volatile.Read(ref asked) is not NotAsked and var urgency ? (ReleaseUrgency)urgency : null;

    private bool MayTellClient(ReleaseUrgency urgency) => !closeSent && !done && exchange.MayTellClient(urgency);

    private async Task CloseBetweenMessagesAsync(ReleaseUrgency urgency)
    {
        // Somebody who writes now will find the boundary itself.
        if (!await writing.WaitAsync(TimeSpan.Zero))
        {
            return;
        }
        try
        {
            if (MayTellClient(urgency))
            {
                await SendCloseAsync(ReadOnlyMemory<byte>.Empty);
            }
        }
        catch (Exception e)
            when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException
            )
        {
            // The client has gone in the meantime.
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>
    /// In one write with what comes before it, so that a client which reads the answer has the Close at hand before it
    /// thinks of its next message. The caller holds <see cref="writing"/>.
    /// </summary>
    private async Task SendCloseAsync(ReadOnlyMemory<byte> before)
    {
        carrier.Tracked.BeginClosing();
        closeSent = true;
        var last = new byte[before.Length + WebSocketBuilder.MaxSize];
        before.CopyTo(last);
        var length = before.Length + WebSocketBuilder.CloseToClient(last.AsSpan(before.Length), carrier.CloseCode);
        await client.WriteAsync(last.AsMemory(0, length), CancellationToken.None);
        _ = BoundAsync();
    }

    private async Task BoundAsync()
    {
        await Task.Delay(AnswerTimeout, clock);
        if (!done && !readsEnded)
        {
            await reads.CancelAsync();
        }
        await Task.Delay(AnswerTimeout, clock);
        if (!done)
        {
            abort();
        }
    }

    /// <summary>The client says no more. The application is told so in its own terms, where it is between messages.</summary>
    private int EndTowardsApp(Memory<byte> buffer)
    {
        if (exchange.MayTellApp)
        {
            var close = new byte[WebSocketBuilder.MaxSize];
            var mask = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
            pendingToApp = close.AsMemory(0, WebSocketBuilder.CloseToApplication(close, carrier.CloseCode, mask));
        }
        readsEnded = true;
        return TakePending(buffer);
    }

    private int TakePending(Memory<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, pendingToApp.Length);
        pendingToApp[..taken].CopyTo(buffer);
        pendingToApp = pendingToApp[taken..];
        return taken;
    }
}
