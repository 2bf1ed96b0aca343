using System.Diagnostics;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>
/// What arrives on a WebSocket, whole messages in their order until Close. The next read is begun before a message is handed out, so
/// that a Close that came right behind it is known before anybody thinks of what to send next, however busy the machine is.
/// </summary>
internal sealed class WebSocketInbox
{
    private readonly Channel<byte[]> messages = Channel.CreateUnbounded<byte[]>();
    private readonly WebSocket socket;
    private readonly byte[] buffer;
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="longest">Message, in bytes.</param>
    public WebSocketInbox(WebSocket socket, int longest)
    {
        (this.socket, buffer) = (socket, new byte[longest + 1]);
        Reading = ReadAsync();
    }

    /// <summary>Completes with Close; faulted where the connection ends without.</summary>
    public Task Reading { get; }

    /// <summary>Completes as soon as nothing more will come.</summary>
    public Task Closed => closed.Task;

    /// <summary>When Close came, by <see cref="Stopwatch"/>.</summary>
    public long ClosedAt { get; private set; }

    /// <summary>Close came within a message.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The next message; null where Close came instead.</summary>
    public async Task<byte[]?> NextAsync() =>
        await messages.Reader.WaitToReadAsync() && messages.Reader.TryRead(out var message) ? message : null;

    private async Task ReadAsync()
    {
        try
        {
            var length = 0;
            var next = ReceiveAsync(length);
            while (await next is { MessageType: not WebSocketMessageType.Close } part)
            {
                length += part.Count;
                var message = part.EndOfMessage ? buffer[..length] : null;
                length = part.EndOfMessage ? 0 : length;
                next = ReceiveAsync(length);
                if (message is not null)
                {
                    messages.Writer.TryWrite(message);
                }
            }
            IsTruncated = length > 0;
        }
        finally
        {
            closed.TrySetResult();
            messages.Writer.TryComplete();
        }
    }

    private async Task<ValueWebSocketReceiveResult> ReceiveAsync(int length)
    {
        var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
        if (part.MessageType == WebSocketMessageType.Close)
        {
            ClosedAt = Stopwatch.GetTimestamp();
            closed.TrySetResult();
        }
        return part;
    }
}
