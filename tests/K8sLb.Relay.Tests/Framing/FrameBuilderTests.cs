using K8sLb.Sidecar.Relay.Framing.Http2;
using K8sLb.Sidecar.Relay.Framing.WebSocket;
using static K8sLb.Relay.Tests.Framing.Http2Frames;

namespace K8sLb.Relay.Tests.Framing;

public sealed class FrameBuilderTests
{
    [Fact]
    public void Http2_frames_are_those_of_the_RFC()
    {
        var to = new byte[32];
        to[..FrameBuilder.GoAway(to, FrameBuilder.EveryStream, Http2Error.NoError)].ShouldBe(GoAway(int.MaxValue));
        to[..FrameBuilder.Ping(to, 0x0102030405060708)].ShouldBe(Ping(0x0102030405060708));
        to[..FrameBuilder.WindowUpdate(to, 700)].ShouldBe([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 2, 0xbc]);
    }

    [Fact]
    public void A_close_frame_carries_1001_to_both_sides()
    {
        var to = new byte[WebSocketBuilder.MaxSize];
        to[..WebSocketBuilder.CloseToClient(to, WebSocketBuilder.GoingAway)].ShouldBe([0x88, 0x02, 0x03, 0xe9]);
        var masked = to[..WebSocketBuilder.CloseToApplication(to, WebSocketBuilder.GoingAway, 0xa1b2c3d4)];
        masked.ShouldBe([0x88, 0x82, 0xa1, 0xb2, 0xc3, 0xd4, 0x03 ^ 0xa1, 0xe9 ^ 0xb2]);
        WebSocketScanner.OfClient().Next(masked, out var consumed, out var frame).ShouldBe(WebSocketStep.Frame);
        consumed.ShouldBe(masked.Length);
        frame.Opcode.ShouldBe(Opcode.Close);
    }

    [Fact]
    public void A_ping_is_a_whole_unmasked_frame()
    {
        var to = new byte[WebSocketBuilder.MaxSize];
        var size = WebSocketBuilder.PingToClient(to, 1);
        WebSocketScanner
            .OfServer()
            .Next(to.AsSpan(0, size), out var consumed, out var frame)
            .ShouldBe(WebSocketStep.Frame);
        consumed.ShouldBe(size);
        frame.Opcode.ShouldBe(Opcode.Ping);
    }
}
