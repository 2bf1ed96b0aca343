using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Relay.Framing.Http1;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Protocols.Tunnel;
using K8sLb.Sidecar.Relay.Upstreams;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <summary>
/// HTTP/1.1, one exchange after the other. Heads are judged whole before a byte of them leaves; content streams. Between
/// two exchanges the upstream connection goes back to the pool, so each request may go where new work goes then. The client's
/// side is in <c>Http1Session.Requests.cs</c>, the application's in <c>Http1Session.Responses.cs</c>, and what else may come of an
/// exchange beside them.
/// </summary>
internal sealed partial class Http1Session : ProtocolSession, ITimed
{
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

    /// <summary>The next request has been read, and waits in the client's input for a place at the application.</summary>
    private PlaceWait? wait;

    /// <summary>What it waited for.</summary>
    private Place granted;

    /// <summary>It counts as work from when it began to wait.</summary>
    private bool isWaitingWork;

    /// <summary>A peer awaits word that work is taken here, which depends on the application.</summary>
    private bool awaitsAdmission;

    private Http1Session(RelayConnection connection)
        : base(connection) { }

    public static void Open(RelayConnection connection)
    {
        var session = new Http1Session(connection) { awaitsAdmission = connection.Arrival.FromPeer };
        connection.Speak(ClientProtocol.Http1, session);
        if (session.awaitsAdmission)
        {
            session.BeginAdmission();
        }
    }

    /// <summary>
    /// The next response says so. Where more is asked for, an idle connection is closed at once: that it has been quiet for
    /// long enough is the caller's decision.
    /// </summary>
    public override void Release(ReleaseUrgency urgency)
    {
        if (IsOver || urgency == ReleaseUrgency.AfterAnswer)
        {
            return;
        }
        if (!exchange.IsUnderWay && !Client.HasInput && Client.IsQuiet())
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

    /// <summary>The rest of a head did not come in time, or no place became free.</summary>
    public void OnTimer()
    {
        if (!IsOver && wait is not null)
        {
            Fail(RelayFailure.Overloaded);
        }
        else if (!IsOver && !exchange.IsUnderWay)
        {
            Worker.Brain.Failed(RelayFailure.BadRequest);
            Answer(Http1Answers.TooSlow);
        }
    }

    protected override void OnClient()
    {
        if (Client.IsBroken || Client.HasFailed)
        {
            Abandon();
            return;
        }
        if (!awaitsAdmission)
        {
            Pump();
        }
    }

    protected override void OnUpstreamReady()
    {
        if (awaitsAdmission)
        {
            Admit();
            return;
        }
        if (!exchange.IsUnderWay)
        {
            DropIdleUpstream();
            return;
        }
        Pump();
    }

    protected override void Drop()
    {
        StopAwaitingHead();
        wait?.Withdraw();
        wait = null;
        granted.Leave();
        granted = default;
        requestFlow.Drop(Client);
        if (upstream is not null)
        {
            responseFlow.Drop(upstream.Channel);
            upstream.Close();
            upstream = null;
        }
        replay.Forget();
        if (exchange.IsUnderWay || isWaitingWork)
        {
            exchange = default;
            isWaitingWork = false;
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

    /// <summary>
    /// What the peer sends next may be anything, so the application must be there first. A connection to it that is open
    /// and unused shows that as well as a new one.
    /// </summary>
    private void BeginAdmission()
    {
        exchange.StaysHere = true;
        if (Worker.Brain.Admit(Connection.Arrival) is not { } target)
        {
            Client.Send(PeerPreface.Full);
            Close(reset: false);
            return;
        }
        upstream = Acquire(target, maySendTwice: false);
        if (upstream.IsReady)
        {
            Admit();
        }
    }

    private void Admit()
    {
        if (upstream is not { IsReady: true } ready)
        {
            return;
        }
        awaitsAdmission = false;
        upstream = null;
        Worker.Pool.Return(ready);
        Client.Send(PeerPreface.Accepted);
        Client.Loop.Defer(Client);
    }

    /// <summary>Says something in the application's place and closes.</summary>
    private void Answer(ReadOnlySpan<byte> answer)
    {
        Client.Send(answer);
        CloseGently();
    }
}
