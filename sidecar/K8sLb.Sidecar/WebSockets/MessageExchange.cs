using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.WebSocket;

namespace K8sLb.Sidecar.WebSockets;

/// <summary>
/// What has passed between a WebSocket's two ends, and so where a Close to the client would cut or lose nothing. Each
/// direction is followed by one thread at a time.
/// </summary>
internal sealed class MessageExchange(IWebSocketCarrier carrier)
{
    private FrameFollower toClient = FrameFollower.OfServer();
    private FrameFollower toApp = FrameFollower.OfClient();
    private volatile bool clientMidMessage;
    private volatile bool clientClosed;
    private volatile bool appClosed;

    /// <summary>Messages of the client's that the application has sent nothing behind yet.</summary>
    private int unanswered;

    /// <summary>The client has sent its Close.</summary>
    public bool ClientClosed => clientClosed;

    /// <summary>A Close to the application cuts no message here, and is the first that it gets.</summary>
    public bool MayTellApp => !clientClosed && toApp.AtMessageBoundary;

    /// <summary>
    /// A Close to the client cuts no message here, and loses no answer that it waits for: unless there is no more time to
    /// wait.
    /// </summary>
    public bool MayTellClient(ReleaseUrgency urgency) =>
        !appClosed
        && !clientClosed
        && toClient.AtMessageBoundary
        && (urgency == ReleaseUrgency.AtNextBoundary || IsSettled);

    public void NoteFromClient(ReadOnlySpan<byte> data)
    {
        for (var at = 0; at < data.Length; )
        {
            at += toApp.Advance(data[at..], out var ended);
            if (ended is not { } frame)
            {
                continue;
            }
            if (EndsMessage(frame))
            {
                Interlocked.Increment(ref unanswered);
                carrier.Tracked.NoteMessage();
            }
            clientClosed |= frame.Opcode == Opcode.Close;
        }
        clientMidMessage = !toApp.AtMessageBoundary;
    }

    /// <summary>Follows what the application sends, and finds where a Close that is asked for may go.</summary>
    /// <param name="asked">Null where none is.</param>
    /// <returns>How much of it to send, and whether Close comes right after.</returns>
    public (int Length, bool Close) NoteFromApp(ReadOnlySpan<byte> data, ReleaseUrgency? asked)
    {
        var (lastBoundary, answered) = (0, false);
        for (var at = 0; at < data.Length; )
        {
            at += toClient.Advance(data[at..], out var ended);
            if (ended is not { } frame)
            {
                continue;
            }
            if (EndsMessage(frame))
            {
                NoteAnswer();
                carrier.Tracked.NoteActivity();
            }
            answered = EndsMessage(frame);
            appClosed |= frame.Opcode == Opcode.Close;
            lastBoundary = toClient.AtMessageBoundary ? at : lastBoundary;
        }
        if (asked is null || appClosed || clientClosed)
        {
            return (data.Length, false);
        }
        // Right after an answer, with nothing of the client's under way, closing loses nothing. A control frame is no answer: a
        // keep-alive Pong comes at any time, just before the client's next message too.
        return answered && lastBoundary == data.Length && IsSettled ? (data.Length, true)
            : asked == ReleaseUrgency.AtNextBoundary && lastBoundary > 0 ? (lastBoundary, true)
            : (data.Length, false);
    }

    private bool IsSettled => Volatile.Read(ref unanswered) == 0 && !clientMidMessage && !carrier.HasUnreadInput;

    private void NoteAnswer()
    {
        // Messages that the server sends unasked must not count as answers to later ones.
        if (Volatile.Read(ref unanswered) > 0)
        {
            Interlocked.Decrement(ref unanswered);
        }
    }

    private static bool EndsMessage(in WebSocketFrame frame) => !frame.IsControl && frame.IsFinal;
}
