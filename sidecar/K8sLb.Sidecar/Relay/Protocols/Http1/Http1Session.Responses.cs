using K8sLb.Sidecar.Relay.Framing.Http1;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Protocols.Tunnel;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <content>The application's side.</content>
internal sealed partial class Http1Session
{
    /// <summary>Content that is worth a pipe.</summary>
    private const long SpliceFrom = 128 * 1024;

    /// <summary>
    /// Responses that still keep the connection during a release because the next request has been sent already: a client
    /// that never stops pipelining must not keep it for ever.
    /// </summary>
    private const int MaxHeldOpen = 32;

    private int heldOpen;

    private void PumpResponse()
    {
        if (!exchange.IsUnderWay || upstream is not { IsReady: true } from)
        {
            return;
        }
        var channel = from.Channel;
        for (var reads = 0; exchange.IsUnderWay && !exchange.ResponseComplete && !Client.HasBacklog; )
        {
            if (exchange.ResponseHeadSent ? PassContent() : PassHead())
            {
                continue;
            }
            if (IsOver || upstream != from || Client.HasBacklog || responseFlow.HoldsBytes)
            {
                break;
            }
            if (reads++ == EventLoop.ReadsPerTurn)
            {
                Client.Loop.Defer(channel);
                break;
            }
            var status = channel.Fill();
            if (status == ReadStatus.Data)
            {
                exchange.ResponseBegun = true;
            }
            else
            {
                if (status != ReadStatus.WouldBlock)
                {
                    OnUpstreamEnd(status);
                }
                break;
            }
        }
        channel.Park();
    }

    /// <returns>True where it got further; false asks for more input.</returns>
    private bool PassHead()
    {
        var input = upstream!.Channel.Input;
        if (input.IsEmpty)
        {
            return false;
        }
        if (!responses.TryReadHead(input, exchange.Method, out var head, out var error))
        {
            if (error != FramingError.None)
            {
                Fail(RelayFailure.BadResponse);
            }
            return false;
        }
        if (
            head is { Status: 503, Fields.IsUnserved: true }
            && replay.MayRepeatUnserved
            && TryElsewhere(head.Fields.IsFull)
        )
        {
            return false;
        }
        replay.Forget();
        if (head.IsInterim)
        {
            Client.Send(input[..head.Length]);
            upstream.Channel.Consume(head.Length);
            return true;
        }
        if (head.Status == 101 || (exchange.Method == RequestMethod.Connect && head.Status < 300))
        {
            Switch(head);
            return false;
        }
        var content = responses.ReadBody(input[head.Length..], out error);
        if (error != FramingError.None)
        {
            Fail(RelayFailure.BadResponse);
            return false;
        }
        SendHead(head, input[..(head.Length + content)]);
        upstream.Channel.Consume(head.Length + content);
        return true;
    }

    private void SendHead(in ResponseHead head, ReadOnlySpan<byte> message)
    {
        isPinned |= head.Fields.BindsConnection;
        upstream!.NoteAnswer(head.Status < 500);
        exchange.ResponseHeadSent = true;
        exchange.ResponseComplete = responses.Body.IsComplete;
        exchange.UpstreamKeepsAlive = head.KeepAlive && responses.Body.Kind != BodyKind.UntilClose;
        var releases = IsReleasedWithThis();
        exchange.ClosesClient =
            releases
            || !exchange.ClientKeepsAlive
            || !exchange.UpstreamKeepsAlive
            // What the client may have sent after a tunnel that was refused is no request.
            || exchange.Method == RequestMethod.Connect;
        if (releases)
        {
            Connection.Tracked.BeginClosing();
        }
        if (exchange.ClosesClient && !head.Fields.HasConnection(ConnectionOptions.Close))
        {
            var length = HeadRewriting.WithClose(message, head, Worker.Loop.Scratch);
            message = Worker.Loop.Scratch.AsSpan(0, length);
        }
        Client.Send(message);
    }

    /// <summary>
    /// The right response to carry Connection: close is one that no further request has been sent behind: the client would
    /// have to send that again, and may not (RFC 9112 section 9.3.2).
    /// </summary>
    private bool IsReleasedWithThis()
    {
        if (!Connection.Tracked.Leaves)
        {
            return false;
        }
        var nextIsThere = exchange.RequestComplete && !clientEnded && !Client.IsQuiet();
        return !nextIsThere || ++heldOpen > MaxHeldOpen;
    }

    /// <inheritdoc cref="PassHead"/>
    private bool PassContent()
    {
        var channel = upstream!.Channel;
        if (responseFlow.HoldsBytes || (!channel.HasInput && responses.Body.Opaque >= SpliceFrom))
        {
            var status = responseFlow.Move(channel, Client, responses.Body.Opaque, out var moved);
            responses.SkipBody(moved);
            exchange.ResponseComplete = responses.Body.IsComplete && !responseFlow.HoldsBytes;
            return status == FlowStatus.Done;
        }
        if (!channel.HasInput)
        {
            return false;
        }
        var taken = responses.ReadBody(channel.Input, out var error);
        Client.Send(channel.Input[..taken]);
        channel.Consume(taken);
        exchange.ResponseComplete = responses.Body.IsComplete;
        if (error != FramingError.None)
        {
            Truncate(RelayFailure.BadResponse);
            return false;
        }
        return taken > 0;
    }

    /// <returns>True where the client's next request may be there.</returns>
    private bool Complete()
    {
        if (!exchange.ResponseComplete || (!exchange.RequestComplete && !exchange.ClosesClient))
        {
            // An application that answered early reads on; only behind that may the next request follow.
            return false;
        }
        var closes = exchange.ClosesClient || clientEnded;
        var sendsNoMore = exchange.RequestComplete && (clientEnded || !exchange.ClientKeepsAlive);
        upstream!.EndWork();
        if (!exchange.RequestComplete || !exchange.UpstreamKeepsAlive || clientEnded || upstream.Channel.HasInput)
        {
            upstream.Close();
            upstream = null;
        }
        else if (!isPinned)
        {
            Worker.Pool.Return(upstream);
            upstream = null;
        }
        exchange = default;
        Connection.Tracked.EndWork();
        if (closes)
        {
            End(sendsNoMore);
        }
        return !closes;
    }

    /// <param name="sendsNoMore">
    /// The client has said that this was its last request (RFC 9112 section 9.6), or has half-closed: nothing can come that
    /// would turn a plain close into a reset.
    /// </param>
    private void End(bool sendsNoMore)
    {
        if (sendsNoMore && !Client.HasInput && !Client.HasBacklog)
        {
            Close(reset: false);
        }
        else
        {
            CloseGently();
        }
    }

    /// <summary>A pinned connection that the application closed while it was unused: the next request opens another.</summary>
    private void DropIdleUpstream()
    {
        if (upstream is { } idle && (idle.Channel.IsBroken || (idle.Channel.IsReadable && !idle.Channel.IsQuiet())))
        {
            idle.Close();
            upstream = null;
        }
    }
}
