using System.Security.Cryptography;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.WebSocket;
using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Protocols.WebSocket;

/// <content>When both sides are told to close, and what the relay says to them.</content>
internal sealed partial class WebSocketSession
{
    private LoopTimer? timer;
    private ReleaseUrgency? asked;
    private bool clientTold;
    private bool applicationTold;

    public override void Release(ReleaseUrgency urgency)
    {
        asked = urgency;
        if (urgency != ReleaseUrgency.AfterAnswer && MayTellClient())
        {
            TellClient();
        }
    }

    public override void Stay() => asked = null;

    /// <summary>The client did not answer Close in time: the application is told, and then both are closed.</summary>
    public void OnTimer()
    {
        if (IsOver)
        {
            return;
        }
        if (applicationTold)
        {
            CloseGently();
            return;
        }
        if (fromClient.AtMessageBoundary)
        {
            TellApplication(Worker.Settings.WebSocketCloseCode);
        }
        applicationTold = true;
        SetTimer();
    }

    /// <summary>
    /// A Close here cuts no message, and loses no answer that the client waits for: unless there is no more time to wait.
    /// </summary>
    private bool MayTellClient() =>
        !clientTold
        && fromApplication.AtMessageBoundary
        && (
            asked == ReleaseUrgency.AtNextBoundary
            || (unanswered == 0 && fromClient.AtMessageBoundary && Client.IsQuiet())
        );

    /// <param name="behind">
    /// Sent in one write with the Close: a client that reads the answer has the Close at hand before it thinks of its next
    /// message, however long the relay is kept from the processor in between.
    /// </param>
    private void TellClient(ReadOnlySpan<byte> behind = default)
    {
        var last = Worker.Loop.Scratch.AsSpan();
        Connection.Tracked.BeginClosing();
        behind.CopyTo(last);
        var close = WebSocketBuilder.CloseToClient(last[behind.Length..], Worker.Settings.WebSocketCloseCode);
        Client.Send(last[..(behind.Length + close)]);
        clientTold = true;
        SetTimer();
    }

    private void TellApplication(ushort code)
    {
        Span<byte> close = stackalloc byte[WebSocketBuilder.MaxSize];
        Span<byte> mask = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(mask);
        var length = WebSocketBuilder.CloseToApplication(close, code, BitConverter.ToUInt32(mask));
        Upstream.Send(close[..length]);
    }

    private void SetTimer()
    {
        timer ??= new LoopTimer(this);
        Worker.Loop.Timers.Set(timer, Worker.Loop.NowMs, Worker.Settings.CloseAnswerMs);
    }
}
