using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.Sidecar.WebSockets;

namespace K8sLb.Sidecar.Tests;

public sealed class FrameScannerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(200_000)]
    public void A_frame_of_any_length_ends_where_it_ends(int length)
    {
        foreach (var masked in new[] { false, true })
        {
            var frame = Frames.Make(Opcode.Binary, length, masked: masked);
            Ends([.. frame, 0x81]).ShouldBe([(frame.Length, true)]);
        }
    }

    [Fact]
    public void A_fragmented_message_is_no_boundary_until_its_last_fragment_whatever_control_frames_come_between()
    {
        byte[] bytes =
        [
            .. Frames.Make(Opcode.Text, 3, fin: false),
            .. Frames.Make(Opcode.Ping, 2),
            .. Frames.Make(Opcode.Continuation, 300, fin: false),
            .. Frames.Make(Opcode.Pong, 0),
            .. Frames.Make(Opcode.Continuation, 1),
        ];

        var ends = Ends(bytes);

        ends.Select(e => e.Boundary).ShouldBe([false, false, false, false, true]);
        ends[^1].At.ShouldBe(bytes.Length);
    }

    [Fact]
    public void The_cut_of_the_chunks_makes_no_difference()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var bytes = Frames.RandomStream(random, frames: 12);
            var whole = Ends(bytes);
            var scanner = new FrameScanner();
            var pieces = new List<(int At, bool Boundary)>();
            for (var at = 0; at < bytes.Length; )
            {
                var chunk = bytes.AsSpan(at, Math.Min(random.Next(1, 40), bytes.Length - at));
                var taken = scanner.Advance(chunk, out var ended);
                at += taken;
                if (ended is not null)
                {
                    pieces.Add((at, scanner.AtMessageBoundary));
                }
            }
            pieces.ShouldBe(whole);
        }
    }

    [Fact]
    public void A_length_that_no_frame_can_have_leaves_no_boundary_to_be_found()
    {
        var scanner = new FrameScanner();
        byte[] impossible = [0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0];

        scanner.Advance([.. impossible, .. Frames.Make(Opcode.Text, 1)], out _);

        scanner.IsLost.ShouldBeTrue();
        scanner.AtMessageBoundary.ShouldBeFalse();
    }

    private static List<(int At, bool Boundary)> Ends(byte[] bytes)
    {
        var scanner = new FrameScanner();
        var ends = new List<(int, bool)>();
        for (var at = 0; at < bytes.Length; )
        {
            at += scanner.Advance(bytes.AsSpan(at), out var ended);
            if (ended is not null)
            {
                ends.Add((at, scanner.AtMessageBoundary));
            }
        }
        return ends;
    }
}
