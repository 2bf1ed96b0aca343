using System.Buffers.Binary;

namespace K8sLb.Sidecar.Relay.Framing.Http2;

/// <summary>
/// Bounds on what a client may make the application do, from the published attacks. Generous beside honest traffic, far
/// below what an attack needs.
/// </summary>
internal struct FloodGuard
{
    /// <summary>Header block of one request: HEADERS with all CONTINUATION, in bytes and frames (CVE-2024-27316).</summary>
    private const int MaxHeaderBlock = 256 * 1024;
    private const int MaxContinuations = 64;

    // Rapid reset (CVE-2023-44487) opens and resets 100,000 streams a second; a client that cancels a lot, hundreds.
    private const int ResetBurst = 2_000;
    private const int ResetsPerSecond = 500;

    // SETTINGS, PING, PRIORITY and empty DATA (CVE-2019-9512, 9513, 9515, 9518).
    private const int ControlBurst = 5_000;
    private const int ControlsPerSecond = 1_000;

    // WINDOW_UPDATE: honest ones answer content, at most two for a frame of it (CVE-2019-9517 and its kin; Envoy allows ten).
    private const int WindowBurst = 5_000;
    private const int WindowsPerSecond = 100;
    private const int WindowsPerContent = 10;

    private bool ofServer;
    private Allowance resets;
    private Allowance controls;
    private Allowance windows;
    private int headerBlock;
    private int continuations;

    public static FloodGuard OfClient() =>
        new()
        {
            resets = new Allowance(ResetBurst, ResetsPerSecond),
            controls = new Allowance(ControlBurst, ControlsPerSecond),
            windows = new Allowance(WindowBurst, WindowsPerSecond),
        };

    /// <summary>The application is trusted, but a client can make it reset streams (CVE-2025-8671).</summary>
    public static FloodGuard OfServer() =>
        new() { ofServer = true, resets = new Allowance(ResetBurst, ResetsPerSecond) };

    /// <summary>The other side has sent a frame of content, which is answered by giving window back.</summary>
    public void NoteContentForIt() => windows.Give(WindowsPerContent);

    /// <param name="payload">Whole for RST_STREAM.</param>
    /// <returns>False where the frame is one too many.</returns>
    public bool Admits(in FrameHeader frame, ReadOnlySpan<byte> payload, long nowMs)
    {
        switch (frame.Type)
        {
            case FrameType.Headers:
                headerBlock = frame.PayloadLength;
                continuations = 0;
                return headerBlock <= MaxHeaderBlock;
            case FrameType.Continuation:
                headerBlock += frame.PayloadLength;
                return ++continuations <= MaxContinuations && headerBlock <= MaxHeaderBlock;
            case FrameType.RstStream:
                return (ofServer && !BlamesClient(payload)) || resets.Take(nowMs);
            // Acknowledgements too: nobody is held to have been asked.
            case FrameType.Ping or FrameType.Settings or FrameType.Priority:
            case FrameType.Data when frame.PayloadLength == 0 && !frame.Has(FrameFlags.EndStream):
                return ofServer || controls.Take(nowMs);
            case FrameType.WindowUpdate:
                return ofServer || windows.Take(nowMs);
            default:
                return true;
        }
    }

    /// <summary>PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR (RFC 9113 section 7).</summary>
    private static bool BlamesClient(ReadOnlySpan<byte> payload) =>
        payload.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(payload) is 1 or 3 or 5 or 6;
}
