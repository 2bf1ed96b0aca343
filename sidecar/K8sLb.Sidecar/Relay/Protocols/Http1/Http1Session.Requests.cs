using K8sLb.Sidecar.Relay.Framing.Http1;
using K8sLb.Sidecar.Relay.Framing.Http2;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Protocols.Http2;
using K8sLb.Sidecar.Relay.Protocols.Tunnel;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <content>The client's side.</content>
internal sealed partial class Http1Session
{
    /// <summary>Runs while a part of a head is there; most heads come whole, and need none.</summary>
    private LoopTimer? headTimer;

    private void PumpRequest()
    {
        if (wait is not null)
        {
            if (Client.LooksEnded())
            {
                Close(reset: false);
            }
            return;
        }
        for (var reads = 0; !IsOver && wait is null; )
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
            StopAwaitingHead();
            HandOver();
            Http2Session.Open(Connection);
            return false;
        }
        Client.Consume(skipped);
        if (error != FramingError.None)
        {
            Refuse(error);
            return false;
        }
        if (!read)
        {
            AwaitRestOfHead();
            return skipped > 0;
        }
        StopAwaitingHead();
        Begin(head);
        return true;
    }

    private void AwaitRestOfHead()
    {
        headTimer ??= new(this);
        if (!headTimer.IsSet && Client.HasInput)
        {
            Worker.Loop.Timers.Set(headTimer, Worker.Loop.NowMs, Worker.Settings.HeadMs);
        }
    }

    private void StopAwaitingHead()
    {
        if (headTimer is not null)
        {
            Worker.Loop.Timers.Clear(headTimer);
        }
    }

    /// <summary>The first line of an HTTP/2 connection's preface reads as a request of that version.</summary>
    private bool StartsHttp2() => Client.Input.StartsWith(FrameScanner.ClientPreface[..18]);

    private void Begin(in RequestHead head)
    {
        var content = requests.ReadBody(Client.Input[head.Length..], out var error);
        if (error != FramingError.None)
        {
            Refuse(error);
            return;
        }
        // The kubelet asks after this pod's application, to the end; that is no work, and must not hold the end up.
        var isProbe = head.Fields.IsKubeletProbe;
        if (!servedBefore && !isProbe)
        {
            servedBefore = true;
            Worker.Brain.NoteArrival();
        }
        var staysHere = isProbe || Connection.Arrival.FromPeer;
        var kind = head.Upgrade == UpgradeProtocols.None ? WorkKind.Request : WorkKind.Connection;
        var at = Place(kind, staysHere);
        if (at.Verdict == RelayVerdict.Wait && TryWait())
        {
            return;
        }
        Worker.Brain.Served(Connection.Arrival, at.Target);
        if (at.Target is not { } target)
        {
            if (at.Verdict == RelayVerdict.Refused)
            {
                Answer(Http1Answers.Refused);
            }
            else
            {
                Fail(RelayFailure.Overloaded);
            }
            return;
        }
        exchange = Http1Exchange.Begin(head);
        exchange.RequestComplete = requests.Body.IsComplete;
        isPinned |= head.Fields.BindsConnection;
        if (!isWaitingWork)
        {
            Connection.Tracked.BeginWork();
        }
        isWaitingWork = false;
        exchange.StaysHere = staysHere;
        upstream ??= Acquire(target, maySendTwice: head.MaySendTwice && exchange.RequestComplete);
        upstream.BeginWork(at.Place);
        SendHead(head, Client.Input[..(head.Length + content)]);
        Client.Consume(head.Length + content);
    }

    private void SendHead(in RequestHead head, ReadOnlySpan<byte> message)
    {
        // An HTTP/1.0 server would take the missing line for a wish to close.
        if (!head.IsHttp10 && HeadRewriting.IsForThisHopAlone(head.Fields))
        {
            var length = HeadRewriting.WithoutConnection(message, head.Fields, Worker.Loop.Scratch);
            message = Worker.Loop.Scratch.AsSpan(0, length);
        }
        replay.Keep(
            message,
            exchange.RequestComplete,
            whereClosed: upstream!.IsReused && head.MaySendTwice,
            whereUnserved: !upstream.Target.IsLocal
        );
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
        if (!exchange.ResponseHeadSent)
        {
            Refuse(error);
            return;
        }
        Worker.Brain.Failed(RelayFailure.BadRequest);
        Connection.Tracked.MarkCut();
        Close(reset: true);
    }

    private void Refuse(FramingError error)
    {
        Worker.Brain.Failed(RelayFailure.BadRequest);
        Answer(Http1Answers.For(error));
    }
}
