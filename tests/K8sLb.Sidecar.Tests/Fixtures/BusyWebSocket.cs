using System.Net.WebSockets;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Sends in fragments, awaits each echo whole, thinks a little; until it is told to go.</summary>
internal sealed class BusyWebSocket(ClientWebSocket socket, int seed, CancellationToken stop = default)
{
    private const int LongestMessage = 90_000;
    private readonly Random random = new(seed);
    private readonly WebSocketInbox inbox = new(socket, LongestMessage);

    public int Echoed { get; private set; }
    public int Unanswered { get; private set; }
    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public async Task RunAsync()
    {
        using (socket)
        {
            while (!inbox.Closed.IsCompleted && !stop.IsCancellationRequested)
            {
                await ExchangeAsync();
                // Its time to think, for which there is nothing to wait for; Close ends it.
                await Task.WhenAny(inbox.Closed, Task.Delay(random.Next(1, 8)));
            }
            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, default);
            await inbox.Reading;
        }
    }

    private async Task ExchangeAsync()
    {
        var message = new byte[random.Next(1, LongestMessage)];
        random.NextBytes(message);
        var cut = random.Next(message.Length);
        await socket.SendAsync(message.AsMemory(0, cut), WebSocketMessageType.Binary, endOfMessage: false, default);
        await socket.SendAsync(message.AsMemory(cut), WebSocketMessageType.Binary, endOfMessage: true, default);
        if (await inbox.NextAsync() is not { } echo)
        {
            Unanswered++;
            return;
        }
        echo.AsSpan().SequenceEqual(message).ShouldBeTrue();
        Echoed++;
    }
}
