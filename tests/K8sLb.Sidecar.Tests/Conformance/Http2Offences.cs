using static K8sLb.Sidecar.Tests.Fixtures.RawHttp2;

namespace K8sLb.Sidecar.Tests.Conformance;

/// <summary>Error codes of RFC 9113 section 7.</summary>
internal enum ErrorCode
{
    Protocol = 1,
    FlowControl = 3,
    StreamClosed = 5,
    FrameSize = 6,
    RefusedStream = 7,
    Compression = 9,
    EnhanceYourCalm = 11,
}

/// <param name="Frames">Sent behind the handshake.</param>
/// <param name="Codes">The answers that the specification allows.</param>
/// <param name="Stream">Where an error of this stream alone is allowed too; 0 where the connection must end.</param>
internal sealed record Offence(byte[] Frames, ErrorCode[] Codes, int Stream = 0);

/// <summary>
/// What a client must not send after the handshake, by section of RFC 9113. The application judges most of it: the relay
/// must bring it there as it is, and bring the judgement back.
/// </summary>
internal static class Http2Offences
{
    private const byte Priority = 0x2;
    private const byte PushPromise = 0x5;
    private const byte Continuation = 0x9;
    private const int Padded = 0x8;

    private static readonly byte[] Get = Block("GET");
    private static readonly byte[] Post = Block("POST");
    private static readonly byte[] Nothing = [];

    public static readonly Dictionary<string, Offence> All = new()
    {
        ["3.4 the preface again"] = Connection("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), ErrorCode.FrameSize),
        ["4.2 DATA beyond the frame size"] = Stream(
            1,
            [.. Open(1), .. Frame(Data, 0, 1, new byte[16_385])],
            ErrorCode.FrameSize
        ),
        ["4.2 HEADERS beyond the frame size"] = Connection(
            Frame(Headers, EndHeaders, 1, new byte[16_385]),
            ErrorCode.FrameSize
        ),
        ["4.3 a header block that cannot be decoded"] = Connection(
            Frame(Headers, EndStream | EndHeaders, 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            ErrorCode.Compression
        ),
        ["4.3 another frame inside a header block"] = Connection(
            [.. Frame(Headers, EndStream, 1, Get), .. Frame(Priority, 0, 1, new byte[5])],
            ErrorCode.Protocol
        ),
        ["4.3 another stream's HEADERS inside a header block"] = Connection(
            [.. Frame(Headers, EndStream, 1, Get), .. Frame(Headers, EndStream | EndHeaders, 3, Get)],
            ErrorCode.Protocol
        ),
        ["4.3 another stream's CONTINUATION"] = Connection(
            [.. Frame(Headers, EndStream, 1, Get), .. Frame(Continuation, EndHeaders, 3, Nothing)],
            ErrorCode.Protocol
        ),
        ["5.1 DATA on an idle stream"] = Connection(Frame(Data, EndStream, 1, [1]), ErrorCode.Protocol),
        ["5.1 RST_STREAM on an idle stream"] = Connection(Frame(ResetStream, 0, 1, new byte[4]), ErrorCode.Protocol),
        ["5.1 WINDOW_UPDATE on an idle stream"] = Connection(Window(1, 100), ErrorCode.Protocol),
        ["5.1 CONTINUATION on an idle stream"] = Connection(
            Frame(Continuation, EndHeaders, 1, Get),
            ErrorCode.Protocol
        ),
        ["5.1 DATA behind the end of the stream"] = Stream(
            1,
            [.. Open(1, EndStream), .. Frame(Data, EndStream, 1, [1])],
            ErrorCode.StreamClosed
        ),
        ["5.1 HEADERS behind the end of the stream"] = Stream(
            1,
            [.. Open(1, EndStream), .. Open(1, EndStream)],
            ErrorCode.StreamClosed
        ),
        ["5.1 DATA behind RST_STREAM"] = Stream(
            1,
            [.. Open(1), .. Frame(ResetStream, 0, 1, Number(8)), .. Frame(Data, EndStream, 1, [1])],
            ErrorCode.StreamClosed
        ),
        ["5.1.1 an even stream"] = Connection(Open(2, EndStream), ErrorCode.Protocol),
        ["5.1.1 a stream below one that was used"] = Connection(
            [.. Open(5, EndStream), .. Open(3, EndStream)],
            ErrorCode.Protocol,
            ErrorCode.StreamClosed
        ),
        ["6.1 DATA on stream 0"] = Connection(Frame(Data, 0, 0, [1]), ErrorCode.Protocol),
        ["6.1 padding longer than DATA"] = Connection(
            [.. Open(1), .. Frame(Data, EndStream | Padded, 1, [9, 1, 2])],
            ErrorCode.Protocol
        ),
        ["6.2 HEADERS on stream 0"] = Connection(Open(0, EndStream), ErrorCode.Protocol),
        ["6.2 padding longer than HEADERS"] = Connection(
            Frame(Headers, EndStream | EndHeaders | Padded, 1, [255, .. Get]),
            ErrorCode.Protocol
        ),
        ["6.3 PRIORITY on stream 0"] = Connection(Frame(Priority, 0, 0, new byte[5]), ErrorCode.Protocol),
        ["6.3 PRIORITY of a wrong length"] = Stream(
            1,
            [.. Open(1), .. Frame(Priority, 0, 1, new byte[4])],
            ErrorCode.FrameSize
        ),
        ["6.4 RST_STREAM on stream 0"] = Connection(Frame(ResetStream, 0, 0, new byte[4]), ErrorCode.Protocol),
        ["6.4 RST_STREAM of a wrong length"] = Connection(
            [.. Open(1), .. Frame(ResetStream, 0, 1, new byte[3])],
            ErrorCode.FrameSize
        ),
        ["6.5 SETTINGS with ACK and content"] = Connection(Frame(Settings, Ack, 0, new byte[6]), ErrorCode.FrameSize),
        ["6.5 SETTINGS on a stream"] = Connection(Frame(Settings, 0, 1, Nothing), ErrorCode.Protocol),
        ["6.5 SETTINGS of a wrong length"] = Connection(Frame(Settings, 0, 0, new byte[5]), ErrorCode.FrameSize),
        ["6.5.2 ENABLE_PUSH that is no flag"] = Connection(Setting(2, 2), ErrorCode.Protocol),
        ["6.5.2 INITIAL_WINDOW_SIZE beyond 2^31-1"] = Connection(Setting(4, 0x8000_0000), ErrorCode.FlowControl),
        ["6.5.2 MAX_FRAME_SIZE below the initial one"] = Connection(Setting(5, 16_383), ErrorCode.Protocol),
        ["6.5.2 MAX_FRAME_SIZE beyond 2^24-1"] = Connection(Setting(5, 16_777_216), ErrorCode.Protocol),
        ["6.6 PUSH_PROMISE from a client"] = Connection(
            Frame(PushPromise, EndHeaders, 1, [.. Number(2), .. Get]),
            ErrorCode.Protocol
        ),
        ["6.7 PING on a stream"] = Connection(Frame(Ping, 0, 1, new byte[8]), ErrorCode.Protocol),
        ["6.7 PING of a wrong length"] = Connection(Frame(Ping, 0, 0, new byte[6]), ErrorCode.FrameSize),
        ["6.8 GOAWAY on a stream"] = Connection(Frame(GoAway, 0, 1, new byte[8]), ErrorCode.Protocol),
        ["6.9 WINDOW_UPDATE of nothing"] = Connection(Window(0, 0), ErrorCode.Protocol),
        ["6.9 WINDOW_UPDATE of nothing on a stream"] = Stream(1, [.. Open(1), .. Window(1, 0)], ErrorCode.Protocol),
        ["6.9 WINDOW_UPDATE of a wrong length"] = Connection(
            Frame(WindowUpdate, 0, 0, new byte[3]),
            ErrorCode.FrameSize
        ),
        ["6.9.1 the connection's window overflows"] = Connection(
            [.. Window(0, int.MaxValue), .. Window(0, int.MaxValue)],
            ErrorCode.FlowControl
        ),
        ["6.9.1 a stream's window overflows"] = Stream(
            1,
            [.. Open(1), .. Window(1, int.MaxValue), .. Window(1, int.MaxValue)],
            ErrorCode.FlowControl
        ),
        ["6.9.2 a new initial window overflows a stream's"] = Connection(
            [.. Open(1), .. Window(1, int.MaxValue - 65_535), .. Setting(4, int.MaxValue)],
            ErrorCode.FlowControl
        ),
        ["6.10 CONTINUATION behind a whole header block"] = Connection(
            [.. Open(1), .. Frame(Continuation, EndHeaders, 1, Nothing)],
            ErrorCode.Protocol
        ),
        ["6.10 CONTINUATION on stream 0"] = Connection(
            [.. Frame(Headers, EndStream, 1, Get), .. Frame(Continuation, EndHeaders, 0, Nothing)],
            ErrorCode.Protocol
        ),
        ["8.1 a second header block that does not end the stream"] = Stream(
            1,
            [.. Open(1), .. Open(1)],
            ErrorCode.Protocol
        ),
        ["8.2.1 a field name in upper case"] = Stream(
            1,
            Frame(Headers, EndStream | EndHeaders, 1, [.. Get, .. Literal("X-Upper", "1")]),
            ErrorCode.Protocol
        ),
        ["8.2.2 a field of HTTP/1.1 connections"] = Stream(
            1,
            Frame(Headers, EndStream | EndHeaders, 1, [.. Get, .. Literal("connection", "keep-alive")]),
            ErrorCode.Protocol
        ),
        ["8.3 a pseudo-header field behind others"] = Stream(
            1,
            Frame(Headers, EndStream | EndHeaders, 1, [.. Literal("x", "1"), .. Get]),
            ErrorCode.Protocol
        ),
        ["8.3.1 no path"] = Stream(
            1,
            Frame(Headers, EndStream | EndHeaders, 1, [.. Literal(":method", "GET"), .. Literal(":scheme", "http")]),
            ErrorCode.Protocol
        ),
        ["a flood of header blocks that never end"] = Connection(
            [
                .. Frame(Headers, 0, 1, Get),
                .. Enumerable.Range(0, 2_000).SelectMany(_ => Frame(Continuation, 0, 1, Nothing)),
            ],
            ErrorCode.EnhanceYourCalm,
            ErrorCode.Protocol
        ),
        ["a flood of streams that are reset at once"] = Connection(
            [
                .. Enumerable
                    .Range(0, 20_000)
                    .SelectMany(n =>
                        (byte[])[.. Open((2 * n) + 1, EndStream), .. Frame(ResetStream, 0, (2 * n) + 1, Number(8))]
                    ),
            ],
            ErrorCode.EnhanceYourCalm
        ),
    };

    private static Offence Connection(byte[] frames, params ErrorCode[] codes) => new(frames, codes);

    private static Offence Stream(int id, byte[] frames, params ErrorCode[] codes) => new(frames, codes, id);

    /// <summary>A request that waits, so that its stream is there to offend on.</summary>
    private static byte[] Open(int id, int flags = 0) =>
        Frame(Headers, EndHeaders | flags, id, flags == 0 ? Post : Get);

    private static byte[] Window(int id, int increment) => Frame(WindowUpdate, 0, id, Number((uint)increment));

    private static byte[] Setting(byte id, uint value) => Frame(Settings, 0, 0, [0, id, .. Number(value)]);

    private static byte[] Block(string method) =>
        [
            .. Literal(":method", method),
            .. Literal(":scheme", "http"),
            .. Literal(":path", method == "GET" ? "/gate" : "/upload"),
            .. Literal(":authority", "shop.test"),
        ];

    private static byte[] Number(uint value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
