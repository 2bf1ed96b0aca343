using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>Sends a message in two fragments, awaits its echo whole, pauses; until it is told to go.</summary>
internal sealed class TrafficWebSocket : IAsyncDisposable
{
    private const int LongestMessage = 2_000;
    private readonly byte[] message;
    private readonly ClientWebSocket socket;
    private readonly WebSocketInbox inbox;
    private readonly Random random;

    private TrafficWebSocket(ClientWebSocket socket, int seed)
    {
        this.socket = socket;
        inbox = new(socket, LongestMessage);
        random = new(seed);
        message = new byte[1 + random.Next(LongestMessage)];
        random.NextBytes(message);
    }

    public int Echoed { get; private set; }

    /// <summary>The longest that an echo took, since <see cref="ForgetEchoes"/> where that was called.</summary>
    public TimeSpan SlowestEcho { get; private set; }

    /// <summary>Messages that Close came instead of an echo of.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Close came within a message.</summary>
    public bool IsTruncated => inbox.IsTruncated;
    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    /// <summary>When Close came, by <see cref="Stopwatch"/>.</summary>
    public long ClosedAt => inbox.ClosedAt;

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
        while (!inbox.Closed.IsCompleted)
        {
            await ExchangeAsync();
            // Its time to think, for which there is nothing to wait for; Close ends it.
            var wait = pause * (0.5 + random.NextDouble());
            await Task.WhenAny(inbox.Closed, Task.Delay(wait));
        }
        await inbox.Reading;
        await socket.CloseOutputAsync(socket.CloseStatus!.Value, null, CancellationToken.None);
    }

    public void ForgetEchoes() => SlowestEcho = TimeSpan.Zero;

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
        if (await inbox.NextAsync() is not { } echo)
        {
            Unanswered++;
            return;
        }
        echo.AsSpan().SequenceEqual(message).ShouldBeTrue("the echo is the message");
        Echoed++;
        var took = Stopwatch.GetElapsedTime(sentAt);
        SlowestEcho = took > SlowestEcho ? took : SlowestEcho;
    }

    private Task SendAsync(ReadOnlyMemory<byte> fragment, bool isLast) =>
        socket.SendAsync(fragment, WebSocketMessageType.Binary, isLast, CancellationToken.None).AsTask();
}
