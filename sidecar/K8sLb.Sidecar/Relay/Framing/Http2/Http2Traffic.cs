using System.Buffers.Binary;

namespace K8sLb.Sidecar.Relay.Framing.Http2;

internal enum Verdict : byte
{
    /// <summary>Keep what is there and bring more.</summary>
    NeedMore,
    Forward,

    /// <summary>Consume and do not pass on.</summary>
    Drop,

    /// <summary>End the connection with <see cref="Http2Traffic.Error"/>.</summary>
    Violation,
}

/// <summary>
/// One HTTP/2 connection as a relay sees it: frames in both directions, the streams that are open, and where a frame of
/// the relay's own fits. HPACK is never decoded and content never looked at; a malformed frame that only concerns the
/// application is passed on, since its answer is the right one.
/// </summary>
internal sealed class Http2Traffic
{
    private const int MaxOpenStreams = 10_000;
    private const ushort SettingMaxFrameSize = 5;

    private FrameScanner client;
    private FrameScanner server;
    private FloodGuard clientGuard = FloodGuard.OfClient();
    private FloodGuard serverGuard = FloodGuard.OfServer();
    private StreamTable streams;
    private uint serverBlock;
    private uint finalStream = FrameBuilder.EveryStream;
    private int maxClientPayload = FrameHeader.DefaultMaxPayload;
    private bool dropsFrame;
    private bool droppedHeaders;
    private OwnPing ping;
    private int unanswered;

    private Http2Traffic(FrameScanner client) => this.client = client;

    public int OpenStreams => streams.Count;
    public uint HighestClientStream { get; private set; }

    /// <summary>The application's own GOAWAY; none of the relay's may name a higher stream after it.</summary>
    public uint? ServerLastStream { get; private set; }
    public Http2Error Error { get; private set; }

    /// <summary>The PING of the relay came back. It is taken out of the stream.</summary>
    public bool PingAnswered => ping.IsAnswered;

    /// <summary>The application has not answered a PING of the client's yet.</summary>
    public bool OwesAnswer => unanswered > 0;

    /// <summary>Opaque data of the relay's PING; 0 while none is out.</summary>
    public ulong Ping => ping.Opaque;

    /// <summary>Content of streams that were not passed on: connection window to be given back to the client.</summary>
    public uint DroppedContent { get; private set; }

    /// <summary>The server's preface, a SETTINGS frame, has begun; nothing may precede it (RFC 9113 section 3.4).</summary>
    public bool ServerHasBegun { get; private set; }

    /// <summary>A frame may be put before what the server sends next: between frames and outside a header block.</summary>
    public bool CanInject => server.AtBoundary && serverBlock == 0;

    /// <summary>A connection that begins with the client's preface.</summary>
    public static Http2Traffic WithPriorKnowledge() => new(FrameScanner.OfClient());

    /// <summary>After 101: the client's preface follows, and stream 1 is the request that asked for the upgrade.</summary>
    public static Http2Traffic AfterUpgrade()
    {
        var traffic = new Http2Traffic(FrameScanner.OfClient()) { HighestClientStream = 1 };
        traffic.streams.Open(1, StreamEnds.Client);
        return traffic;
    }

    public void Pinged(ulong opaque) => ping.Sent(opaque);

    /// <summary>GOAWAY with the last stream went out: later streams are not passed on, so that the client may repeat them.</summary>
    public void Finalise() => finalStream = HighestClientStream;

    public void ReturnedContent() => DroppedContent = 0;

    public Verdict ReadClient(ReadOnlySpan<byte> input, long nowMs, out int consumed)
    {
        switch (client.Next(input, out consumed, out var frame))
        {
            case FrameStep.Frame:
                var payload = input[FrameHeader.Size..consumed];
                var verdict = OnClientFrame(frame, payload, nowMs);
                dropsFrame = verdict == Verdict.Drop;
                return verdict;
            case FrameStep.Payload:
                return dropsFrame ? Verdict.Drop : Verdict.Forward;
            case FrameStep.Preface:
                return Verdict.Forward;
            case FrameStep.Invalid:
                return Violates(Http2Error.ProtocolError);
            default:
                return Verdict.NeedMore;
        }
    }

    public Verdict ReadServer(ReadOnlySpan<byte> input, long nowMs, out int consumed)
    {
        switch (server.Next(input, out consumed, out var frame))
        {
            case FrameStep.Frame:
                ServerHasBegun = true;
                var payload = input[FrameHeader.Size..consumed];
                OnServerFrame(frame, payload);
                return serverGuard.Admits(frame, payload, nowMs)
                    ? Verdict.Forward
                    : Violates(Http2Error.EnhanceYourCalm);
            case FrameStep.Payload:
                return Verdict.Forward;
            default:
                return Verdict.NeedMore;
        }
    }

    private Verdict OnClientFrame(in FrameHeader frame, ReadOnlySpan<byte> payload, long nowMs)
    {
        if (frame.PayloadLength > maxClientPayload)
        {
            return Violates(Http2Error.FrameSizeError);
        }
        if (!clientGuard.Admits(frame, payload, nowMs) || streams.Count > MaxOpenStreams)
        {
            return Violates(Http2Error.EnhanceYourCalm);
        }
        if (frame.Type == FrameType.Ping && ping.TryTakeAnswer(frame, payload))
        {
            return Verdict.Drop;
        }
        if (frame.StreamId > finalStream)
        {
            return Late(frame);
        }
        switch (frame.Type)
        {
            case FrameType.Headers when droppedHeaders:
                // What was dropped changed the client's HPACK table; trailers on an older stream can no longer be read.
                return Violates(Http2Error.NoError);
            case FrameType.Headers:
                OnRequestHeaders(frame);
                break;
            case FrameType.Data when frame.Has(FrameFlags.EndStream):
                streams.End(frame.StreamId, StreamEnds.Client);
                break;
            case FrameType.RstStream:
                streams.Remove(frame.StreamId);
                break;
            case FrameType.Ping when !frame.Has(FrameFlags.Ack):
                unanswered++;
                break;
        }
        return Verdict.Forward;
    }

    private Verdict Late(in FrameHeader frame)
    {
        droppedHeaders |= frame.Type is FrameType.Headers;
        if (frame.Type == FrameType.Data)
        {
            DroppedContent += (uint)frame.PayloadLength;
        }
        return Verdict.Drop;
    }

    private void OnRequestHeaders(in FrameHeader frame)
    {
        var ends = frame.Has(FrameFlags.EndStream) ? StreamEnds.Client : StreamEnds.None;
        if (frame.StreamId > HighestClientStream && frame.StreamId % 2 == 1)
        {
            HighestClientStream = frame.StreamId;
            streams.Open(frame.StreamId, ends);
        }
        else if (ends != StreamEnds.None)
        {
            streams.End(frame.StreamId, ends);
        }
    }

    private void OnServerFrame(in FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case FrameType.Headers:
                serverBlock = frame.Has(FrameFlags.EndHeaders) ? 0 : frame.StreamId;
                goto case FrameType.Data;
            case FrameType.Data:
                clientGuard.NoteContentForIt();
                if (frame.Has(FrameFlags.EndStream))
                {
                    streams.End(frame.StreamId, StreamEnds.Server);
                }
                break;
            case FrameType.PushPromise:
                serverBlock = frame.Has(FrameFlags.EndHeaders) ? 0 : frame.StreamId;
                Promised(frame, payload);
                break;
            case FrameType.Continuation when frame.Has(FrameFlags.EndHeaders):
                serverBlock = 0;
                break;
            case FrameType.RstStream:
                streams.Remove(frame.StreamId);
                break;
            case FrameType.Ping when frame.Has(FrameFlags.Ack):
                unanswered = Math.Max(0, unanswered - 1);
                break;
            case FrameType.Settings when !frame.Has(FrameFlags.Ack):
                ReadSettings(payload);
                break;
            case FrameType.GoAway when payload.Length >= 8:
                ServerLastStream = BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue;
                break;
        }
    }

    /// <summary>A pushed stream carries a response alone (RFC 9113 section 8.4).</summary>
    private void Promised(in FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        var at = frame.Has(FrameFlags.Padded) ? 1 : 0;
        if (payload.Length >= at + 4)
        {
            streams.Open(BinaryPrimitives.ReadUInt32BigEndian(payload[at..]) & int.MaxValue, StreamEnds.Client);
        }
    }

    /// <summary>The client may use a larger frame as soon as the server allows it, and until it has seen it forbidden.</summary>
    private void ReadSettings(ReadOnlySpan<byte> payload)
    {
        for (; payload.Length >= 6; payload = payload[6..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(payload) == SettingMaxFrameSize)
            {
                var size = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
                maxClientPayload = Math.Max(maxClientPayload, (int)Math.Min(size, 0xff_ffff));
            }
        }
    }

    private Verdict Violates(Http2Error error)
    {
        Error = error;
        return Verdict.Violation;
    }
}
