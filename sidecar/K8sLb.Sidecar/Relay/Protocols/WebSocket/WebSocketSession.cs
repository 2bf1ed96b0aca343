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
internal sealed partial class WebSocketSession : PinnedSession, ITimed
{
    private WebSocketScanner fromClient = WebSocketScanner.OfClient();
    private WebSocketScanner fromApplication = WebSocketScanner.OfServer();

    /// <summary>Messages of the client's that the application has sent nothing behind yet.</summary>
    private int unanswered;
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
            // A control frame is no answer: a keep-alive Pong comes at any time, just before the client's next message too.
            if (!scanner.AtMessageBoundary || (step == WebSocketStep.Frame && frame.IsControl))
            {
                continue;
            }
            NoteMessage(isClient);
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
}
