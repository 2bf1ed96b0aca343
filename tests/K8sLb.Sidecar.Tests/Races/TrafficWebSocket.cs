using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>Sends a message in two fragments, awaits its echo whole, pauses; until it is told to go.</summary>
internal sealed class TrafficWebSocket : IAsyncDisposable
{
    private const int LongestMessage = 2_000;
    private readonly Channel<bool> echoes = Channel.CreateUnbounded<bool>();
    private readonly byte[] message;
    private readonly ClientWebSocket socket;
    private readonly Random random;

    private TrafficWebSocket(ClientWebSocket socket, int seed)
    {
        this.socket = socket;
        random = new(seed);
        message = new byte[1 + random.Next(LongestMessage)];
        random.NextBytes(message);
    }

    public int Echoed { get; private set; }

    /// <summary>The longest that an echo took.</summary>
    public TimeSpan SlowestEcho { get; private set; }

    /// <summary>Messages that Close came instead of an echo of.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Close came within a message.</summary>
    public bool IsTruncated { get; private set; }
    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    /// <summary>When Close came, by <see cref="Stopwatch"/>.</summary>
    public long ClosedAt { get; private set; }

    public static async Task<TrafficWebSocket> OpenAsync(IPEndPoint to, HttpMessageInvoker dialler, int seed)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{to}/ws"), dialler, CancellationToken.None);
        return new(socket, seed);
    }

    /// <summary>Until Close has come and was answered.</summary>
    /// <param name="pause">Between an echo and the next message, on average.</param>
    public async Task RunAsync(TimeSpan pause)
    {
        var reading = ReadAsync();
        while (!echoes.Reader.Completion.IsCompleted)
        {
            await ExchangeAsync();
            var wait = pause * (0.5 + random.NextDouble());
            await Task.WhenAny(echoes.Reader.Completion, Task.Delay(wait));
        }
        await reading;
        await socket.CloseOutputAsync(socket.CloseStatus!.Value, null, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ExchangeAsync()
    {
        var sentAt = Stopwatch.GetTimestamp();
        var cut = random.Next(message.Length);
        await SendAsync(message.AsMemory(0, cut), isLast: false);
        await SendAsync(message.AsMemory(cut), isLast: true);
        if (!await echoes.Reader.WaitToReadAsync())
        {
            Unanswered++;
            return;
        }
        echoes.Reader.TryRead(out var isSame).ShouldBeTrue();
        isSame.ShouldBeTrue("the echo is the message");
        Echoed++;
        var took = Stopwatch.GetElapsedTime(sentAt);
        SlowestEcho = took > SlowestEcho ? took : SlowestEcho;
    }

    private Task SendAsync(ReadOnlyMemory<byte> fragment, bool isLast) =>
        socket.SendAsync(fragment, WebSocketMessageType.Binary, isLast, CancellationToken.None).AsTask();

    private async Task ReadAsync()
    {
        var buffer = new byte[LongestMessage + 1];
        try
        {
            for (var length = 0; ; )
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    ClosedAt = Stopwatch.GetTimestamp();
                    IsTruncated = length > 0;
                    return;
                }
                length += part.Count;
                if (part.EndOfMessage)
                {
                    echoes.Writer.TryWrite(buffer.AsSpan(0, length).SequenceEqual(message));
                    length = 0;
                }
            }
        }
        finally
        {
            echoes.Writer.Complete();
        }
    }
}
