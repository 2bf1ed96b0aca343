using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Streams;

namespace K8sLb.Sidecar.WebSockets;

/// <summary>
/// A client's end of a WebSocket, that lets bytes through and can close it politely. Reading gives what the client sends;
/// writing sends to it. To close, it sends Close 1001 to the client between two messages, drops what the application still
/// sends, keeps passing on what the client sent before its own Close, which then tells the application as well.
/// </summary>
internal sealed class ReleasableWebSocket : AsyncStream, IClientChannel
{
    /// <summary>For the client's Close, then again for the application to end: both only have to answer.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private const int NotAsked = -1;

    private readonly Stream client;
    private readonly TrackedConnection tracked;
    private readonly TimeProvider clock;
    private readonly Action abort;
    private readonly Func<bool> hasUnreadInput;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly CancellationTokenSource reads = new();
    private FrameScanner toClient;
    private FrameScanner toApp;
    private CancellationTokenRegistration callerGone;
    private ReadOnlyMemory<byte> pendingToApp;
    private volatile bool clientMidMessage;
    private volatile bool clientClosed;
    private volatile bool appClosed;
    private volatile bool closeSent;
    private volatile bool readsEnded;
    private volatile bool done;
    private int unanswered;
    private int asked = NotAsked;

    /// <param name="abort">Ends both sides at once.</param>
    /// <param name="hasUnreadInput">The client has sent something that has not been read yet.</param>
    public ReleasableWebSocket(
        Stream client,
        TrackedConnection tracked,
        TimeProvider clock,
        Action abort,
        Func<bool> hasUnreadInput
    )
    {
        (this.client, this.tracked, this.clock) = (client, tracked, clock);
        (this.abort, this.hasUnreadInput) = (abort, hasUnreadInput);
    }

    public event Action? Ended;

    public void Release(ReleaseUrgency urgency)
    {
        Volatile.Write(ref asked, (int)urgency);
        if (urgency > ReleaseUrgency.AfterAnswer && MayCloseBetweenMessages(urgency))
        {
            _ = CloseBetweenMessagesAsync(urgency);
        }
    }

    public void Stay() => Volatile.Write(ref asked, NotAsked);

    public void Cut() => abort();

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
        NoteFromClient(buffer.Span[..read]);
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
            var (length, close) = ScanFromApp(buffer.Span);
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

    /// <summary>Follows what the application sends, and finds where a Close that is wanted may go.</summary>
    /// <returns>How much of it to send, and whether Close comes right after.</returns>
    private (int Length, bool Close) ScanFromApp(ReadOnlySpan<byte> data)
    {
        var lastBoundary = 0;
        for (var at = 0; at < data.Length; )
        {
            at += toClient.Advance(data[at..], out var ended);
            if (ended is not { } frame)
            {
                continue;
            }
            if (frame.EndsMessage)
            {
                NoteAnswer();
                tracked.NoteActivity();
            }
            appClosed |= frame.Opcode == Opcode.Close;
            lastBoundary = toClient.AtMessageBoundary ? at : lastBoundary;
        }
        var urgency = Volatile.Read(ref asked);
        if (urgency == NotAsked || appClosed || clientClosed)
        {
            return (data.Length, false);
        }
        // Right after an answer, with nothing of the client's under way, closing loses nothing.
        return lastBoundary == data.Length && IsSettled && !hasUnreadInput() ? (data.Length, true)
            : urgency == (int)ReleaseUrgency.AtNextBoundary && lastBoundary > 0 ? (lastBoundary, true)
            : (data.Length, false);
    }

    private bool IsSettled => Volatile.Read(ref unanswered) == 0 && !clientMidMessage;

    private bool MayCloseBetweenMessages(ReleaseUrgency urgency) =>
        !closeSent
        && !appClosed
        && !clientClosed
        && !done
        && toClient.AtMessageBoundary
        && (urgency == ReleaseUrgency.AtNextBoundary || (IsSettled && !hasUnreadInput()));

    private void NoteAnswer()
    {
        // Messages that the server sends unasked must not count as answers to later ones.
        if (Volatile.Read(ref unanswered) > 0)
        {
            Interlocked.Decrement(ref unanswered);
        }
    }

    private void NoteFromClient(ReadOnlySpan<byte> data)
    {
        for (var at = 0; at < data.Length; )
        {
            at += toApp.Advance(data[at..], out var ended);
            if (ended is not { } frame)
            {
                continue;
            }
            if (frame.EndsMessage)
            {
                Interlocked.Increment(ref unanswered);
                tracked.NoteMessage();
            }
            if (frame.Opcode == Opcode.Close)
            {
                clientClosed = true;
                readsEnded = closeSent;
            }
        }
        clientMidMessage = !toApp.AtMessageBoundary;
    }

    private async Task CloseBetweenMessagesAsync(ReleaseUrgency urgency)
    {
        // Somebody who writes now will find the boundary itself.
        if (!await writing.WaitAsync(TimeSpan.Zero))
        {
            return;
        }
        try
        {
            if (MayCloseBetweenMessages(urgency))
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
        tracked.BeginClosing();
        closeSent = true;
        await client.WriteAsync((byte[])[.. before.Span, .. CloseFrame.ToClient()], CancellationToken.None);
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
        if (!clientClosed && toApp.AtMessageBoundary)
        {
            pendingToApp = CloseFrame.ToServer();
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
