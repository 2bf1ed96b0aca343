using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.Http1;
using K8sLb.Sidecar.Relay.Framing.Http2;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Protocols.Http2;
using K8sLb.Sidecar.Relay.Protocols.Tunnel;
using K8sLb.Sidecar.Relay.Upstreams;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <summary>
/// HTTP/1.1, one exchange after the other. Heads are judged whole before a byte of them leaves; content streams. Between
/// two exchanges the upstream connection goes back to the pool, so each request may go where new work goes then. This part
/// is the client's side; <c>Http1Session.Responses.cs</c> has the other.
/// </summary>
internal sealed partial class Http1Session : ProtocolSession
{
    /// <summary>Applications close what has been unused for seconds, not what was used a moment ago.</summary>
    private const int MaxIdleForUnsafeMs = 1_000;

    private RequestFramer requests;
    private ResponseFramer responses;
    private Http1Exchange exchange;
    private Upstream? upstream;
    private Replay replay;
    private ByteFlow requestFlow;
    private ByteFlow responseFlow;

    /// <summary>Authentication belongs to the connection (NTLM, Negotiate): the upstream connection is this client's alone.</summary>
    private bool isPinned;
    private bool servedBefore;
    private bool clientEnded;

    private Http1Session(RelayConnection connection)
        : base(connection) { }

    public static void Open(RelayConnection connection) =>
        connection.Speak(ClientProtocol.Http1, new Http1Session(connection));

    /// <summary>
    /// An idle connection is closed at once: that it has been quiet for long enough is the caller's decision. One that is
    /// busy says so with its next response.
    /// </summary>
    public override void Release(ReleaseUrgency urgency)
    {
        if (!IsOver && !exchange.IsUnderWay && !Client.HasInput && Client.IsQuiet())
        {
            if (Connection.Tracked.TryBeginClosingIdle())
            {
                CloseGently();
            }
        }
        else
        {
            Client.Loop.Defer(Client);
        }
    }

    protected override void OnClient()
    {
        if (Client.IsBroken || Client.HasFailed)
        {
            Abandon();
            return;
        }
        Pump();
    }

    protected override void OnUpstreamReady()
    {
        if (!exchange.IsUnderWay)
        {
            DropIdleUpstream();
            return;
        }
        Pump();
    }

    protected override void Drop()
    {
        requestFlow.Drop(Client);
        if (upstream is not null)
        {
            responseFlow.Drop(upstream.Channel);
            upstream.Close();
            upstream = null;
        }
        replay.Forget();
        if (exchange.IsUnderWay)
        {
            exchange = default;
            Connection.Tracked.EndWork();
        }
    }

    /// <summary>The client is gone: whatever is in flight is for nobody.</summary>
    private void Abandon() => Close(reset: true);

    private void Pump()
    {
        do
        {
            PumpResponse();
            if (!IsOver)
            {
                Complete();
            }
            if (!IsOver)
            {
                PumpRequest();
            }
        } while (!IsOver && Complete());
    }

    private void PumpRequest()
    {
        for (var reads = 0; !IsOver; )
        {
            if (!exchange.IsUnderWay ? TakeHead() : !exchange.RequestComplete && TakeBody())
            {
                continue;
            }
            if (IsOver || !WantsRequestBytes())
            {
                break;
            }
            if (reads++ == EventLoop.ReadsPerTurn)
            {
                Client.Loop.Defer(Client);
                break;
            }
            var status = Client.Fill();
            if (status == ReadStatus.Data)
            {
                continue;
            }
            if (status != ReadStatus.WouldBlock)
            {
                OnClientEnd(status);
            }
            break;
        }
        Client.Park();
    }

    private bool WantsRequestBytes() =>
        !clientEnded
        && (
            !exchange.IsUnderWay ? true
            : !exchange.RequestComplete
                ? upstream is { HasBacklog: false, Channel.IsBroken: false } && !requestFlow.HoldsBytes
            // A look at what comes meanwhile: an end is passed on, the next request waits.
            : Client.IsReadable && !Client.HasInput
        );

    private void OnClientEnd(ReadStatus status)
    {
        clientEnded = true;
        if (status == ReadStatus.Failed || !exchange.IsUnderWay || !exchange.RequestComplete)
        {
            Close(reset: status == ReadStatus.Failed);
            return;
        }
        // Half-closed behind a whole request: the application decides what that means, as without a relay.
        upstream?.End();
    }

    /// <returns>True where it got further; false asks for more input.</returns>
    private bool TakeHead()
    {
        if (!Client.HasInput)
        {
            return false;
        }
        var read = requests.TryReadHead(Client.Input, out var skipped, out var head, out var error);
        if (!servedBefore && error == FramingError.UnsupportedVersion && StartsHttp2())
        {
            HandOver();
            Http2Session.Open(Connection);
            return false;
        }
        Client.Consume(skipped);
        if (error != FramingError.None)
        {
            Answer(Http1Answers.For(error));
            return false;
        }
        if (!read)
        {
            return skipped > 0;
        }
        Begin(head);
        return true;
    }

    /// <summary>The first line of an HTTP/2 connection's preface reads as a request of that version.</summary>
    private bool StartsHttp2() => Client.Input.StartsWith(FrameScanner.ClientPreface[..18]);

    private void Begin(in RequestHead head)
    {
        var content = requests.ReadBody(Client.Input[head.Length..], out var error);
        if (error != FramingError.None)
        {
            Answer(Http1Answers.For(error));
            return;
        }
        if (!servedBefore)
        {
            servedBefore = true;
            Worker.Brain.NoteArrival();
        }
        var target = upstream is { } pinned ? pinned.Target : Worker.Brain.Next(Connection.Arrival);
        Worker.Brain.Served(target);
        if (target is null)
        {
            Answer(Http1Answers.Refused);
            return;
        }
        exchange = Http1Exchange.Begin(head);
        exchange.RequestComplete = requests.Body.IsComplete;
        isPinned |= head.Fields.BindsConnection;
        Connection.Tracked.BeginWork();
        upstream ??= Acquire(target, maySendTwice: head.MaySendTwice && exchange.RequestComplete);
        SendHead(head, Client.Input[..(head.Length + content)]);
        Client.Consume(head.Length + content);
    }

    /// <summary>
    /// A used connection can be closed by the application while the request is on its way. One that may be sent twice is
    /// then sent again; any other takes a used connection only if that was quiet a moment ago and not unused for long.
    /// </summary>
    private Upstream Acquire(RelayTarget target, bool maySendTwice)
    {
        while (Worker.Pool.TryTake(target, this) is { } used)
        {
            if (maySendTwice || (used.IdleSince + MaxIdleForUnsafeMs > Worker.Loop.NowMs && used.Channel.IsQuiet()))
            {
                return used;
            }
            used.Close();
        }
        return Connect(target);
    }

    private Upstream Connect(RelayTarget target)
    {
        var fresh = Upstream.Connect(Worker, Connection.Arrival, target);
        fresh.Owner = this;
        return fresh;
    }

    private void SendHead(in RequestHead head, ReadOnlySpan<byte> message)
    {
        // An HTTP/1.0 server would take the missing line for a wish to close.
        if (!head.IsHttp10 && HeadRewriting.IsForThisHopAlone(head.Fields))
        {
            var length = HeadRewriting.WithoutConnection(message, head.Fields, Worker.Loop.Scratch);
            message = Worker.Loop.Scratch.AsSpan(0, length);
        }
        if (upstream!.IsReused && head.MaySendTwice && exchange.RequestComplete)
        {
            replay.Keep(message);
        }
        upstream.Send(message);
    }

    /// <inheritdoc cref="TakeHead"/>
    private bool TakeBody()
    {
        if (upstream is not { HasBacklog: false, Channel.IsBroken: false } to)
        {
            return false;
        }
        if (requestFlow.HoldsBytes || (!Client.HasInput && requests.Body.Opaque >= SpliceFrom && to.IsReady))
        {
            var status = requestFlow.Move(Client, to.Channel, requests.Body.Opaque, out var moved);
            requests.SkipBody(moved);
            exchange.RequestComplete = requests.Body.IsComplete && !requestFlow.HoldsBytes;
            return status == FlowStatus.Done;
        }
        if (!Client.HasInput)
        {
            return false;
        }
        var taken = requests.ReadBody(Client.Input, out var error);
        to.Send(Client.Input[..taken]);
        Client.Consume(taken);
        exchange.RequestComplete = requests.Body.IsComplete;
        if (error != FramingError.None)
        {
            Offend(error);
            return false;
        }
        return taken > 0;
    }

    /// <summary>The content broke its framing after a part of it was passed on.</summary>
    private void Offend(FramingError error)
    {
        if (exchange.ResponseHeadSent)
        {
            Connection.Tracked.MarkCut();
            Close(reset: true);
        }
        else
        {
            Answer(Http1Answers.For(error));
        }
    }

    /// <summary>Says something in the application's place and closes.</summary>
    private void Answer(ReadOnlySpan<byte> answer)
    {
        Client.Send(answer);
        CloseGently();
    }
}
