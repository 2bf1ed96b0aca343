using System.Security.Cryptography;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.WebSocket;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;

namespace K8sLb.Sidecar.Relay.Protocols.WebSocket;

/// <summary>
/// WebSocket after its 101: frames pass as they are. A release tells the client between two messages of the application;
/// what the client still sends is passed on until its own Close, which tells the application in turn, so nothing of the
/// client's is lost. What the application sends behind the Close has nobody to go to.
/// </summary>
internal sealed class WebSocketSession : PinnedSession, ITimed
{
    private WebSocketScanner fromClient = WebSocketScanner.OfClient();
    private WebSocketScanner fromApplication = WebSocketScanner.OfServer();
    private LoopTimer? timer;
    private ReleaseUrgency? asked;

    /// <summary>Messages of the client's that the application has sent nothing behind yet.</summary>
    private int unanswered;
    private bool clientTold;
    private bool applicationTold;
    private bool clientClosed;
    private bool applicationClosed;

    private WebSocketSession(RelayConnection connection, Upstream upstream)
        : base(connection, upstream) { }

    /// <summary>Takes over with the response to the upgrade sent; the request stays in flight, as the work that this is.</summary>
    public static void TakeOver(RelayConnection connection, Upstream upstream)
    {
        var session = new WebSocketSession(connection, upstream);
        connection.Speak(ClientProtocol.WebSocket, session);
        if (!session.IsOver)
        {
            session.Pump();
        }
    }

    public override void Release(ReleaseUrgency urgency)
    {
        asked = urgency;
        if (urgency != ReleaseUrgency.AfterAnswer && MayTellClient())
        {
            TellClient();
        }
    }

    public override void Stay() => asked = null;

    /// <summary>The client did not answer Close in time: the application is told, and then both are closed.</summary>
    public void OnTimer()
    {
        if (IsOver)
        {
            return;
        }
        if (applicationTold)
        {
            CloseGently();
            return;
        }
        if (fromClient.AtMessageBoundary)
        {
            TellApplication(Worker.Settings.WebSocketCloseCode);
        }
        applicationTold = true;
        SetTimer();
    }

    /// <summary>The client's Pong goes on to the application, which may get one unasked (RFC 6455 section 5.5.3).</summary>
    public override bool TryPing()
    {
        if (clientTold || !fromApplication.AtFrameBoundary)
        {
            return false;
        }
        Span<byte> ping = stackalloc byte[WebSocketBuilder.MaxSize];
        Client.Send(ping[..WebSocketBuilder.PingToClient(ping, (ulong)Worker.Loop.NowMs)]);
        return true;
    }

    protected override void OnUpstreamUnreachable() => Close(reset: true);

    protected override void Drop()
    {
        if (timer is not null)
        {
            Worker.Loop.Timers.Clear(timer);
        }
        base.Drop();
        Connection.Tracked.EndWork();
    }

    protected override void Pump()
    {
        Pump(Client, isClient: true);
        if (!IsOver)
        {
            Pump(Upstream.Channel, isClient: false);
        }
        if (!IsOver && clientClosed && applicationClosed && !Client.HasBacklog && !Upstream.HasBacklog)
        {
            CloseGently();
        }
    }

    protected override void Pass(Channel from, bool isClient)
    {
        if (isClient)
        {
            Pass(from, Upstream.Channel, ref fromClient, isClient);
        }
        else
        {
            Pass(from, Client, ref fromApplication, isClient);
        }
    }

    /// <summary>Passes whole runs at once; a run ends where the relay has something to say or to keep back.</summary>
    private void Pass(Channel from, Channel to, ref WebSocketScanner scanner, bool isClient)
    {
        var run = 0;
        var input = from.Input;
        while (run < input.Length)
        {
            var step = scanner.Next(input[run..], out var consumed, out var frame);
            if (step == WebSocketStep.NeedMore)
            {
                break;
            }
            if (step == WebSocketStep.Invalid)
            {
                Forward(to, input[..run], isClient);
                Fail(isClient ? RelayFailure.BadRequest : RelayFailure.BadResponse);
                return;
            }
            run += consumed;
            if (step == WebSocketStep.Frame && frame.Opcode == Opcode.Close)
            {
                Forward(to, input[..run], isClient);
                from.Consume(run);
                OnClose(isClient);
                return;
            }
            if (scanner.AtMessageBoundary && (step == WebSocketStep.Payload || !frame.IsControl))
            {
                NoteMessage(isClient);
            }
            if (!isClient && asked is not null && MayTellClient())
            {
                TellClient(behind: input[..run]);
                from.Consume(run);
                input = from.Input;
                run = 0;
            }
        }
        Forward(to, input[..run], isClient);
        from.Consume(run);
    }

    /// <summary>Nothing may follow a Close frame (RFC 6455 section 5.5.1).</summary>
    private void Forward(Channel to, ReadOnlySpan<byte> frames, bool isClient)
    {
        if (isClient ? !applicationTold : !clientTold)
        {
            to.Send(frames);
        }
    }

    /// <summary>One side's Close has been passed on, unless the other was told by the relay before.</summary>
    private void OnClose(bool isClient)
    {
        if (isClient)
        {
            clientClosed = applicationTold = true;
        }
        else
        {
            applicationClosed = clientTold = true;
        }
        SetTimer();
    }

    /// <summary>
    /// A Close here cuts no message, and loses no answer that the client waits for: unless there is no more time to wait.
    /// </summary>
    private bool MayTellClient() =>
        !clientTold
        && fromApplication.AtMessageBoundary
        && (
            asked == ReleaseUrgency.AtNextBoundary
            || (unanswered == 0 && fromClient.AtMessageBoundary && Client.IsQuiet())
        );

    private void NoteMessage(bool isClient)
    {
        if (isClient)
        {
            unanswered++;
            Connection.Tracked.NoteMessage();
            return;
        }
        // What the application sends unasked is no answer to a later message.
        unanswered = Math.Max(0, unanswered - 1);
        Connection.Tracked.NoteActivity();
    }

    /// <param name="behind">
    /// Sent in one write with the Close: a client that reads the answer has the Close at hand before it thinks of its next
    /// message, however long the relay is kept from the processor in between.
    /// </param>
    private void TellClient(ReadOnlySpan<byte> behind = default)
    {
        var last = Worker.Loop.Scratch.AsSpan();
        Connection.Tracked.BeginClosing();
        behind.CopyTo(last);
        var close = WebSocketBuilder.CloseToClient(last[behind.Length..], Worker.Settings.WebSocketCloseCode);
        Client.Send(last[..(behind.Length + close)]);
        clientTold = true;
        SetTimer();
    }

    private void TellApplication(ushort code)
    {
        Span<byte> close = stackalloc byte[WebSocketBuilder.MaxSize];
        Span<byte> mask = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(mask);
        var length = WebSocketBuilder.CloseToApplication(close, code, BitConverter.ToUInt32(mask));
        Upstream.Send(close[..length]);
    }

    /// <summary>A frame that no receiver could read: both are told where that is possible, and it ends.</summary>
    private void Fail(RelayFailure how)
    {
        Worker.Brain.Failed(how);
        Span<byte> close = stackalloc byte[WebSocketBuilder.MaxSize];
        if (!clientTold && fromApplication.AtFrameBoundary)
        {
            Client.Send(close[..WebSocketBuilder.CloseToClient(close, WebSocketBuilder.ProtocolError)]);
        }
        if (!applicationTold && fromClient.AtFrameBoundary)
        {
            TellApplication(WebSocketBuilder.ProtocolError);
        }
        Connection.Tracked.MarkCut();
        CloseGently();
    }

    protected override void OnEnd(bool isClient, ReadStatus status)
    {
        // An end behind a Close is how it should be; any other is passed on as it came.
        if (status == ReadStatus.Failed && !(isClient ? clientClosed : applicationClosed))
        {
            if (!isClient)
            {
                Worker.Brain.Failed(RelayFailure.BrokeOff);
            }
            Connection.Tracked.MarkCut();
            Close(reset: true);
            return;
        }
        CloseGently();
    }

    private void SetTimer()
    {
        timer ??= new LoopTimer(this);
        Worker.Loop.Timers.Set(timer, Worker.Loop.NowMs, Worker.Settings.CloseAnswerMs);
    }
}
