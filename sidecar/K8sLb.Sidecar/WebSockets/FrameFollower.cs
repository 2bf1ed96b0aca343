using K8sLb.Sidecar.Relay.Framing.WebSocket;

namespace K8sLb.Sidecar.WebSockets;

/// <summary>
/// Follows the frames of one direction through chunks of any size that are passed on as they come: what the scanner wants
/// to see whole, and a chunk has cut, is kept aside until the rest has come.
/// </summary>
internal struct FrameFollower
{
    /// <summary>A control frame with the longest header there is.</summary>
    private const int LongestWhole = 14 + WebSocketFrame.MaxControlPayload;

    private WebSocketScanner scanner;
    private WebSocketFrame current;
    private byte[]? kept;
    private int keptLength;

    private FrameFollower(WebSocketScanner scanner) => this.scanner = scanner;

    /// <summary>The bytes were no WebSocket frames: from here on no place is known to be a boundary.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Neither within a frame nor between the fragments of a message.</summary>
    public readonly bool AtMessageBoundary => keptLength == 0 && scanner.AtMessageBoundary && !IsLost;

    public static FrameFollower OfClient() => new(WebSocketScanner.OfClient());

    public static FrameFollower OfServer() => new(WebSocketScanner.OfServer());

    /// <summary>Takes bytes, at least one and none beyond the end of the current frame.</summary>
    /// <param name="ended">The frame that ended with the last byte taken, or null.</param>
    /// <returns>How many bytes were taken.</returns>
    public int Advance(ReadOnlySpan<byte> data, out WebSocketFrame? ended)
    {
        ended = null;
        if (IsLost)
        {
            return data.Length;
        }
        var before = keptLength;
        switch (scanner.Next(before == 0 ? data : BehindKept(data), out var consumed, out var frame))
        {
            case WebSocketStep.NeedMore:
                Keep(data);
                return data.Length;
            case WebSocketStep.Invalid:
                IsLost = true;
                return data.Length;
            case WebSocketStep.Frame:
                current = frame;
                break;
        }
        keptLength = 0;
        if (scanner.AtFrameBoundary)
        {
            ended = current;
        }
        return consumed - before;
    }

    private readonly ReadOnlySpan<byte> BehindKept(ReadOnlySpan<byte> data)
    {
        var fits = Math.Min(data.Length, LongestWhole - keptLength);
        data[..fits].CopyTo(kept.AsSpan(keptLength));
        return kept.AsSpan(0, keptLength + fits);
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        kept ??= new byte[LongestWhole];
        data.CopyTo(kept.AsSpan(keptLength));
        keptLength += data.Length;
    }
}
