namespace K8sLb.Sidecar.Relay.Framing.Http2;

/// <summary>Frame types of RFC 9113 section 6. Others are passed through (section 5.5).</summary>
internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    RstStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

#pragma warning disable CA1069 // The same bit means END_STREAM or ACK, by the frame's type.
[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>On DATA and HEADERS.</summary>
    EndStream = 0x1,

    /// <summary>On SETTINGS and PING.</summary>
    Ack = 0x1,

    /// <summary>On HEADERS, PUSH_PROMISE and CONTINUATION.</summary>
    EndHeaders = 0x4,

    /// <summary>On DATA, HEADERS and PUSH_PROMISE.</summary>
    Padded = 0x8,
}
#pragma warning restore CA1069

/// <summary>RFC 9113 section 7, those that a relay sends.</summary>
internal enum Http2Error : uint
{
    NoError = 0x0,
    ProtocolError = 0x1,
    FrameSizeError = 0x6,
    EnhanceYourCalm = 0xb,
}
