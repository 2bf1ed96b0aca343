namespace K8sLb.Sidecar.Relay.Framing.Http2;

internal enum FrameStep : byte
{
    /// <summary>Keep what is there and bring more.</summary>
    NeedMore,

    /// <summary>A header was consumed, with the whole payload where <see cref="FrameScanner.IsControl"/>.</summary>
    Frame,

    /// <summary>Payload of the frame announced before.</summary>
    Payload,

    /// <summary>The connection preface was consumed (RFC 9113 section 3.4).</summary>
    Preface,
    Invalid,
}

/// <summary>
/// Frame boundaries in one direction. Small control frames come whole, so that they can be read, or kept back;
/// everything else is a header and then payload in whatever portions arrive.
/// </summary>
internal struct FrameScanner
{
    /// <summary>100 settings; nobody honest has more (CVE-2019-9515 is many of them).</summary>
    public const int MaxControlPayload = 600;

    public static ReadOnlySpan<byte> ClientPreface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    private bool expectsPreface;
    private int payloadRemaining;

    /// <summary>Between two frames: nothing of the next one was consumed.</summary>
    public readonly bool AtBoundary => payloadRemaining == 0 && !expectsPreface;

    public readonly int PayloadRemaining => payloadRemaining;

    /// <summary>A client's direction, which begins with the preface.</summary>
    public static FrameScanner OfClient() => new() { expectsPreface = true };

    /// <summary>Frames that come with their whole payload, if it is no longer than <see cref="MaxControlPayload"/>.</summary>
    public static bool IsControl(FrameType type) =>
        type
            is FrameType.RstStream
                or FrameType.Settings
                or FrameType.Ping
                or FrameType.GoAway
                or FrameType.WindowUpdate;

    /// <param name="consumed">Bytes that the step covers.</param>
    /// <param name="header">Set for <see cref="FrameStep.Frame"/>.</param>
    public FrameStep Next(ReadOnlySpan<byte> input, out int consumed, out FrameHeader header)
    {
        consumed = 0;
        header = default;
        if (payloadRemaining > 0)
        {
            consumed = Math.Min(payloadRemaining, input.Length);
            payloadRemaining -= consumed;
            return consumed == 0 ? FrameStep.NeedMore : FrameStep.Payload;
        }
        if (expectsPreface)
        {
            return Preface(input, out consumed);
        }
        if (input.Length < FrameHeader.Size)
        {
            return FrameStep.NeedMore;
        }
        var read = FrameHeader.Read(input);
        var inspected =
            IsControl(read.Type) && read.PayloadLength <= MaxControlPayload ? read.PayloadLength
            : read.Type == FrameType.PushPromise ? Math.Min(read.PayloadLength, 5)
            : 0;
        if (input.Length < FrameHeader.Size + inspected)
        {
            return FrameStep.NeedMore;
        }
        header = read;
        consumed = FrameHeader.Size + inspected;
        payloadRemaining = read.PayloadLength - inspected;
        return FrameStep.Frame;
    }

    /// <summary>Accounts for payload that was moved past this scanner.</summary>
    public void Skip(int count) => payloadRemaining -= count;

    private FrameStep Preface(ReadOnlySpan<byte> input, out int consumed)
    {
        var common = Math.Min(input.Length, ClientPreface.Length);
        consumed = 0;
        if (!input[..common].SequenceEqual(ClientPreface[..common]))
        {
            return FrameStep.Invalid;
        }
        if (common < ClientPreface.Length)
        {
            return FrameStep.NeedMore;
        }
        expectsPreface = false;
        consumed = common;
        return FrameStep.Preface;
    }
}
