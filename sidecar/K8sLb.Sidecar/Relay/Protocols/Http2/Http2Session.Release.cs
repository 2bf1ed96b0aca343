using System.Security.Cryptography;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.Http2;
using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Protocols.Http2;

/// <content>The two phases of a release, and what else the relay says on its own.</content>
internal sealed partial class Http2Session
{
    private enum Phase : byte
    {
        Open,

        /// <summary>GOAWAY(2^31-1) and PING are out.</summary>
        Announced,

        /// <summary>GOAWAY(last) is out.</summary>
        Final,
    }

    private LoopTimer? grace;
    private Phase phase;
    private bool releaseAsked;
    private bool insisted;

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
    public override bool TryPing()
    {
        if (traffic.Ping != 0 || !traffic.ServerHasBegun || !traffic.CanInject)
        {
            return false;
        }
        Span<byte> frame = stackalloc byte[FrameBuilder.PingSize];
        SendPing(frame, 0);
        return true;
    }

    /// <summary>Moves the release on as far as it can go now.</summary>
    private void Advance()
    {
        if (phase == Phase.Open && releaseAsked && traffic is { ServerHasBegun: true, CanInject: true })
        {
            Announce();
        }
        // .NET's client forgets at a second GOAWAY that it waits for the answer to a PING, and takes that for a violation of the protocol
        // then (RttEstimator). It sends no further PING after the first one, so the application's answers come to an end.
        var isAnswered = traffic is { PingAnswered: true, OwesAnswer: false };
        if (phase == Phase.Announced && (isAnswered || insisted) && traffic.CanInject)
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
}
