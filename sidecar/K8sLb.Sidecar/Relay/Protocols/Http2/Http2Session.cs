using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.Http2;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay.Protocols.Http2;

/// <summary>
/// HTTP/2, one upstream connection for each client connection, frames passed as they are. A release goes in the two phases
/// of RFC 9113 section 6.8: GOAWAY naming every stream and a PING; when that has come back, whatever the client had sent
/// before it knew has arrived, and GOAWAY names the last stream. The connection closes when its streams have ended.
/// </summary>
internal sealed partial class Http2Session : PinnedSession, ITimed
{
    private readonly Http2Traffic traffic;
    private int workInFlight;

    private Http2Session(RelayConnection connection, Upstream upstream, Http2Traffic traffic)
        : base(connection, upstream) => this.traffic = traffic;

    /// <summary>With prior knowledge: the client's preface has come, and nothing of it was consumed.</summary>
    public static void Open(RelayConnection connection)
    {
        var worker = connection.Worker;
        var arrival = connection.Arrival;
        worker.Brain.NoteArrival();
        var at = worker.Brain.Next(arrival, connection.Tracked, WorkKind.Connection, arrival.FromPeer);
        worker.Brain.Served(arrival, at.Target);
        if (at.Target is not { } target)
        {
            Refuse(connection, at.Verdict);
            return;
        }
        var upstream = Upstream.Connect(worker, arrival, arrival.FromPeer, target);
        upstream.BeginWork(at.Place, isWhole: true);
        Start(connection, new Http2Session(connection, upstream, Http2Traffic.WithPriorKnowledge()));
    }

    /// <summary>After 101 to an upgrade to h2c; the request that asked for it is stream 1, and counted as work already.</summary>
    public static void TakeOver(RelayConnection connection, Upstream upstream)
    {
        var session = new Http2Session(connection, upstream, Http2Traffic.AfterUpgrade()) { workInFlight = 1 };
        Start(connection, session);
    }

    protected override void OnUpstreamUnreachable()
    {
        Worker.Brain.Failed(RelayFailure.Unreachable);
        SendGoAway(0, Http2Error.NoError);
        CloseGently();
    }

    protected override void Drop()
    {
        if (grace is not null)
        {
            Worker.Loop.Timers.Clear(grace);
        }
        base.Drop();
        CountWork(0);
    }

    private static void Start(RelayConnection connection, Http2Session session)
    {
        connection.Speak(ClientProtocol.Http2, session);
        if (!session.IsOver)
        {
            session.Pump();
        }
    }

    /// <summary>GOAWAY(0): nothing was processed, so the client may send it again elsewhere.</summary>
    private static void Refuse(RelayConnection connection, RelayVerdict why)
    {
        if (why != RelayVerdict.Refused)
        {
            connection.Worker.Brain.Failed(RelayFailure.Overloaded);
        }
        Span<byte> refusal = stackalloc byte[FrameHeader.Size + FrameBuilder.GoAwaySize];
        var length = FrameBuilder.Settings(refusal);
        length += FrameBuilder.GoAway(refusal[length..], 0, Http2Error.NoError);
        connection.Client.Send(refusal[..length]);
        LingeringClose.Begin(connection.Client, connection.Worker.Settings.LingerMs);
        connection.Finished();
    }

    protected override void Pump()
    {
        Pump(Client, isClient: true);
        if (!IsOver && Upstream.IsReady)
        {
            Pump(Upstream.Channel, isClient: false);
        }
        if (!IsOver)
        {
            CountWork(traffic.OpenStreams);
            Advance();
        }
    }

    protected override void Pass(Channel from, bool isClient)
    {
        if (isClient)
        {
            PassClient();
        }
        else
        {
            PassServer(from);
        }
    }

    private void PassClient()
    {
        var input = Client.Input;
        var (start, at) = (0, 0);
        while (at < input.Length)
        {
            var verdict = traffic.ReadClient(input[at..], Worker.Loop.NowMs, out var consumed);
            if (verdict == Verdict.NeedMore)
            {
                break;
            }
            if (verdict != Verdict.Forward)
            {
                Upstream.Send(input[start..at]);
                start = at + consumed;
            }
            at += consumed;
            if (verdict == Verdict.Violation)
            {
                Violated(RelayFailure.BadRequest);
                return;
            }
        }
        Upstream.Send(input[start..at]);
        Client.Consume(at);
    }

    private void PassServer(Channel channel)
    {
        var input = channel.Input;
        var at = 0;
        while (at < input.Length)
        {
            var verdict = traffic.ReadServer(input[at..], Worker.Loop.NowMs, out var consumed);
            if (verdict == Verdict.NeedMore)
            {
                break;
            }
            at += consumed;
            if (verdict == Verdict.Violation)
            {
                Violated(RelayFailure.BadResponse);
                return;
            }
        }
        Client.Send(input[..at]);
        channel.Consume(at);
    }

    protected override void OnEnd(bool isClient, ReadStatus status)
    {
        // Behind a GOAWAY of its own the application's end is in order; a reset could overtake that GOAWAY.
        var brokeOff = !isClient && traffic is { OpenStreams: > 0, ServerLastStream: null };
        if (brokeOff)
        {
            Worker.Brain.Failed(RelayFailure.BrokeOff);
        }
        if (brokeOff || (status == ReadStatus.Failed && (isClient || traffic.ServerLastStream is null)))
        {
            Connection.Tracked.MarkCut();
            Close(reset: true);
            return;
        }
        CloseGently();
    }

    private void Violated(RelayFailure how)
    {
        Worker.Brain.Failed(how);
        Connection.Tracked.MarkCut();
        SendGoAway(traffic.HighestClientStream, traffic.Error);
        CloseGently();
    }

    /// <summary>Streams are the pieces of work.</summary>
    private void CountWork(int streams)
    {
        for (; workInFlight < streams; workInFlight++)
        {
            Connection.Tracked.BeginWork();
        }
        for (; workInFlight > streams; workInFlight--)
        {
            Connection.Tracked.EndWork();
        }
    }
}
