using System.Net.WebSockets;
using System.Threading.Channels;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Sends in fragments, awaits each echo whole, thinks a little; until it is told to go.</summary>
internal sealed class BusyWebSocket(ClientWebSocket socket, int seed, CancellationToken stop = default)
{
    private readonly Random random = new(seed);
    private readonly Channel<byte[]> received = Channel.CreateUnbounded<byte[]>();

    public int Echoed { get; private set; }
    public int Unanswered { get; private set; }
    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public async Task RunAsync()
    {
        using (socket)
        {
            var reading = ReadAsync();
            while (!received.Reader.Completion.IsCompleted && !stop.IsCancellationRequested)
            {
                await ExchangeAsync();
                await Task.WhenAny(received.Reader.Completion, Task.Delay(random.Next(1, 8)));
            }
            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, default);
            await reading;
        }
    }

    private async Task ExchangeAsync()
    {
        var message = new byte[random.Next(1, 90_000)];
        random.NextBytes(message);
        var cut = random.Next(message.Length);
        await socket.SendAsync(message.AsMemory(0, cut), WebSocketMessageType.Binary, endOfMessage: false, default);
        await socket.SendAsync(message.AsMemory(cut), WebSocketMessageType.Binary, endOfMessage: true, default);
        if (!await received.Reader.WaitToReadAsync())
        {
            Unanswered++;
            return;
        }
        received.Reader.TryRead(out var echo).ShouldBeTrue();
        echo!.AsSpan().SequenceEqual(message).ShouldBeTrue();
        Echoed++;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[128 * 1024];
        for (var length = 0; ; )
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), default);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                received.Writer.Complete();
                return;
            }
            length += part.Count;
            if (part.EndOfMessage)
            {
                received.Writer.TryWrite(buffer[..length]);
                length = 0;
            }
        }
    }
}
