using System.Security.Cryptography;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.Http2;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;

namespace K8sLb.Sidecar.Relay.Protocols.Http2;

/// <summary>
/// HTTP/2, one upstream connection for each client connection, frames passed as they are. A release goes in the two phases
/// of RFC 9113 section 6.8: GOAWAY naming every stream and a PING; when that has come back, whatever the client had sent
/// before it knew has arrived, and GOAWAY names the last stream. The connection closes when its streams have ended.
/// </summary>
internal sealed class Http2Session : ProtocolSession, ITimed, IHeartbeatOwner
{
    private enum Phase : byte
    {
        Open,

        /// <summary>GOAWAY(2^31-1) and PING are out.</summary>
        Announced,

        /// <summary>GOAWAY(last) is out.</summary>
        Final,
    }

    private readonly Upstream upstream;
    private readonly Http2Traffic traffic;
    private readonly Heartbeat? heartbeat;
    private LoopTimer? grace;
    private Phase phase;
    private bool releaseAsked;
    private bool insisted;
    private int workInFlight;

    private Http2Session(RelayConnection connection, Upstream upstream, Http2Traffic traffic)
        : base(connection)
    {
        (this.upstream, this.traffic) = (upstream, traffic);
        upstream.Owner = this;
        heartbeat = Heartbeat.Begin(Worker.Loop, this, Worker.Settings.HeartbeatMs);
    }

    /// <summary>With prior knowledge: the client's preface has come, and nothing of it was consumed.</summary>
    public static void Open(RelayConnection connection)
    {
        var worker = connection.Worker;
        var arrival = connection.Arrival;
        worker.Brain.NoteArrival();
        var target = worker.Brain.Next(arrival, arrival.FromPeer);
        worker.Brain.Served(arrival, target);
        if (target is null)
        {
            Refuse(connection);
            return;
        }
        var upstream = Upstream.Connect(worker, arrival, arrival.FromPeer, target);
        Start(connection, new Http2Session(connection, upstream, Http2Traffic.WithPriorKnowledge()));
    }

    /// <summary>After 101 to an upgrade to h2c; the request that asked for it is stream 1, and counted as work already.</summary>
    public static void TakeOver(RelayConnection connection, Upstream upstream)
    {
        var session = new Http2Session(connection, upstream, Http2Traffic.AfterUpgrade()) { workInFlight = 1 };
        Start(connection, session);
    }

    public override void Release(ReleaseUrgency urgency)
    {
        releaseAsked = true;
        insisted |= urgency == ReleaseUrgency.AtNextBoundary;
        Advance();
    }

    /// <summary>A GOAWAY that went out cannot be taken back.</summary>
    public override void Stay() => (releaseAsked, insisted) = (false, insisted && phase != Phase.Open);

    /// <summary>The PING was not answered in time.</summary>
    public void OnTimer()
    {
        if (!IsOver)
        {
            insisted = true;
            Advance();
        }
    }

    /// <summary>The release has a PING of its own, which asks as well.</summary>
    public bool TryPing()
    {
        if (traffic.Ping != 0 || !traffic.ServerHasBegun || !traffic.CanInject)
        {
            return false;
        }
        Span<byte> frame = stackalloc byte[FrameBuilder.PingSize];
        SendPing(frame, 0);
        return true;
    }

    public void OnClientDead()
    {
        Connection.Tracked.MarkCut(EndReason.DeadPeer);
        Close(reset: true);
    }

    protected override void OnClient()
    {
        if (Client.IsBroken || Client.HasFailed)
        {
            Close(reset: true);
            return;
        }
        Pump();
    }

    protected override void OnUpstreamReady() => Pump();

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
        heartbeat?.Stop();
        upstream.Close();
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
    private static void Refuse(RelayConnection connection)
    {
        Span<byte> refusal = stackalloc byte[FrameHeader.Size + FrameBuilder.GoAwaySize];
        var length = FrameBuilder.Settings(refusal);
        length += FrameBuilder.GoAway(refusal[length..], 0, Http2Error.NoError);
        connection.Client.Send(refusal[..length]);
        LingeringClose.Begin(connection.Client, connection.Worker.Settings.LingerMs);
        connection.Finished();
    }

    private void Pump()
    {
        PumpClient();
        if (!IsOver && upstream.IsReady)
        {
            PumpServer();
        }
        if (!IsOver)
        {
            CountWork(traffic.OpenStreams);
            Advance();
        }
    }

    private void PumpClient()
    {
        for (var reads = 0; !IsOver && !upstream.HasBacklog; reads++)
        {
            if (Client.HasInput)
            {
                PassClient();
            }
            if (IsOver || upstream.HasBacklog)
            {
                break;
            }
            if (reads == EventLoop.ReadsPerTurn)
            {
                Client.Loop.Defer(Client);
                break;
            }
            var status = Client.Fill();
            if (status != ReadStatus.Data)
            {
                OnEnd(status, client: true);
                break;
            }
            heartbeat?.Heard();
        }
        Client.Park();
    }

    private void PumpServer()
    {
        var channel = upstream.Channel;
        for (var reads = 0; !IsOver && !Client.HasBacklog; reads++)
        {
            if (channel.HasInput)
            {
                PassServer(channel);
            }
            if (IsOver || Client.HasBacklog)
            {
                break;
            }
            if (reads == EventLoop.ReadsPerTurn)
            {
                Client.Loop.Defer(channel);
                break;
            }
            var status = channel.Fill();
            if (status != ReadStatus.Data)
            {
                OnEnd(status, client: false);
                break;
            }
        }
        channel.Park();
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
                upstream.Send(input[start..at]);
                start = at + consumed;
            }
            at += consumed;
            if (verdict == Verdict.Violation)
            {
                Violated(RelayFailure.BadRequest);
                return;
            }
        }
        upstream.Send(input[start..at]);
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

    private void OnEnd(ReadStatus status, bool client)
    {
        if (status == ReadStatus.WouldBlock)
        {
            return;
        }
        // Behind a GOAWAY of its own the application's end is in order; a reset could overtake that GOAWAY.
        var brokeOff = !client && traffic is { OpenStreams: > 0, ServerLastStream: null };
        if (brokeOff)
        {
            Worker.Brain.Failed(RelayFailure.BrokeOff);
        }
        if (brokeOff || (status == ReadStatus.Failed && (client || traffic.ServerLastStream is null)))
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

    /// <summary>Moves the release on as far as it can go now.</summary>
    private void Advance()
    {
        if (phase == Phase.Open && releaseAsked && traffic is { ServerHasBegun: true, CanInject: true })
        {
            Announce();
        }
        if (phase == Phase.Announced && (traffic.PingAnswered || insisted) && traffic.CanInject)
        {
            phase = Phase.Final;
            SendGoAway(traffic.HighestClientStream, Http2Error.NoError);
            traffic.Finalise();
        }
        if (phase == Phase.Final && traffic.CanInject)
        {
            ReturnWindow();
            if (traffic.OpenStreams == 0 && !Client.HasBacklog)
            {
                CloseGently();
            }
        }
    }

    private void Announce()
    {
        Span<byte> frames = stackalloc byte[FrameBuilder.GoAwaySize + FrameBuilder.PingSize];
        Connection.Tracked.BeginClosing();
        phase = Phase.Announced;
        // The application has sent GOAWAY itself: a higher stream must not be named any more (RFC 9113 section 6.8).
        var every = traffic.ServerLastStream ?? FrameBuilder.EveryStream;
        SendPing(frames, FrameBuilder.GoAway(frames, every, Http2Error.NoError));
        grace = new LoopTimer(this);
        Worker.Loop.Timers.Set(grace, Worker.Loop.NowMs, Worker.Settings.GoAwayGraceMs);
    }

    /// <param name="frames">With room behind what is to be sent before it.</param>
    private void SendPing(Span<byte> frames, int length)
    {
        Span<byte> opaque = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(opaque);
        var ping = BitConverter.ToUInt64(opaque) | 1;
        length += FrameBuilder.Ping(frames[length..], ping);
        Client.Send(frames[..length]);
        traffic.Pinged(ping);
    }

    private void SendGoAway(uint last, Http2Error error)
    {
        if (!traffic.CanInject)
        {
            return;
        }
        Span<byte> frames = stackalloc byte[FrameHeader.Size + FrameBuilder.GoAwaySize];
        var length = traffic.ServerHasBegun ? 0 : FrameBuilder.Settings(frames);
        length += FrameBuilder.GoAway(frames[length..], Math.Min(last, traffic.ServerLastStream ?? last), error);
        Client.Send(frames[..length]);
    }

    private void ReturnWindow()
    {
        if (traffic.DroppedContent > 0)
        {
            Span<byte> frame = stackalloc byte[FrameBuilder.WindowUpdateSize];
            Client.Send(frame[..FrameBuilder.WindowUpdate(frame, traffic.DroppedContent)]);
            traffic.ReturnedContent();
        }
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
