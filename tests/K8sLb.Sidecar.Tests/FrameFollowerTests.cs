using K8sLb.Sidecar.Relay.Framing.WebSocket;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.Sidecar.WebSockets;

namespace K8sLb.Sidecar.Tests;

public sealed class FrameFollowerTests
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
            Ends([.. frame, 0x81], Follower(masked)).ShouldBe([(frame.Length, true)]);
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

        var ends = Ends(bytes, FrameFollower.OfServer());

        ends.Select(e => e.Boundary).ShouldBe([false, false, false, false, true]);
        ends[^1].At.ShouldBe(bytes.Length);
    }

    [Fact]
    public void The_cut_of_the_chunks_makes_no_difference()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var masked = round % 2 == 0;
            var bytes = Frames.RandomStream(random, frames: 12, masked);
            var whole = Ends(bytes, Follower(masked));
            var follower = Follower(masked);
            var pieces = new List<(int At, bool Boundary)>();
            for (var at = 0; at < bytes.Length; )
            {
                var chunk = bytes.AsSpan(at, Math.Min(random.Next(1, 40), bytes.Length - at));
                at += follower.Advance(chunk, out var ended);
                if (ended is not null)
                {
                    pieces.Add((at, follower.AtMessageBoundary));
                }
            }
            pieces.ShouldBe(whole);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void A_frame_that_has_only_begun_is_no_boundary(int bytes)
    {
        var follower = FrameFollower.OfClient();

        follower.Advance(Frames.Make(Opcode.Ping, 120, masked: true).AsSpan(0, bytes), out var ended);

        ended.ShouldBeNull();
        follower.AtMessageBoundary.ShouldBeFalse();
    }

    [Fact]
    public void A_length_that_no_frame_can_have_leaves_no_boundary_to_be_found()
    {
        var follower = FrameFollower.OfServer();
        byte[] impossible = [0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0];

        follower.Advance([.. impossible, .. Frames.Make(Opcode.Text, 1)], out _);

        follower.IsLost.ShouldBeTrue();
        follower.AtMessageBoundary.ShouldBeFalse();
    }

    private static FrameFollower Follower(bool masked) => masked ? FrameFollower.OfClient() : FrameFollower.OfServer();

    private static List<(int At, bool Boundary)> Ends(byte[] bytes, FrameFollower follower)
    {
        var ends = new List<(int, bool)>();
        for (var at = 0; at < bytes.Length; )
        {
            at += follower.Advance(bytes.AsSpan(at), out var ended);
            if (ended is not null)
            {
                ends.Add((at, follower.AtMessageBoundary));
            }
        }
        return ends;
    }
}
