using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.Sidecar.WebSockets;

namespace K8sLb.Sidecar.Tests;

public sealed class MessageExchangeTests
{
    private static readonly byte[] Question = [0x81, 0x81, 0, 0, 0, 0, (byte)'?'];
    private static readonly byte[] Answer = [0x81, 0x01, (byte)'!'];
    private static readonly byte[] Pong = [0x8a, 0x00];

    private readonly MessageExchange exchange = new(new Carrier());

    [Fact]
    public void A_close_goes_right_behind_an_answer()
    {
        exchange.NoteFromClient(Question);

        exchange.NoteFromApp(Answer, ReleaseUrgency.AfterAnswer).ShouldBe((Answer.Length, true));
    }

    [Fact]
    public void A_control_frame_of_the_application_is_no_answer()
    {
        exchange.NoteFromApp(Pong, ReleaseUrgency.AfterAnswer).ShouldBe((Pong.Length, false));

        exchange.NoteFromClient(Question);
        exchange.NoteFromApp(Answer, ReleaseUrgency.AfterAnswer).ShouldBe((Answer.Length, true));
    }

    [Fact]
    public void An_answer_to_one_of_two_messages_is_not_the_moment()
    {
        exchange.NoteFromClient([.. Question, .. Question]);

        exchange.NoteFromApp(Answer, ReleaseUrgency.AfterAnswer).ShouldBe((Answer.Length, false));
        exchange.NoteFromApp(Answer, ReleaseUrgency.AfterAnswer).ShouldBe((Answer.Length, true));
    }

    private sealed class Carrier : IWebSocketCarrier
    {
        public TrackedConnection Tracked { get; } =
            new ConnectionRegistry(TimeProvider.System).Open(
                ClientProtocol.WebSocket,
                "http",
                fromPeer: false,
                new NoChannel()
            );
        public bool HasUnreadInput => false;
        public ushort CloseCode => 1001;
    }
}
