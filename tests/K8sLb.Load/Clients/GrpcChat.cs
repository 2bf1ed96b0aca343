namespace K8sLb.Load;

/// <summary>
/// One bidirectional stream after the other, each kept open for many messages and their echoes. After a GOAWAY it is ended
/// within a few messages, as a well-behaved client of a long stream does, and the next one begins on another connection. Each message
/// counts as a request; a stream that breaks between two of them as one more, the message that it would have carried.
/// </summary>
internal sealed class GrpcChat(LoadContext load, Http2Channel channel, Rhythm rhythm, int messagesPerCall)
{
    private const string Method = "/shop.Shop/Chat";
    private const int MessagesAfterGoAway = 2;
    private long messages;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await rhythm.WaitAsync(stopping))
        {
            if (await BeginAsync() is { } call)
            {
                await ConverseAsync(call, stopping);
            }
        }
    }

    /// <summary>The first message is part of the call's begin: until it is answered, the server may disown the call.</summary>
    private async Task<GrpcCall?> BeginAsync()
    {
        GrpcCall? call = null;
        var message = NextMessage();
        var begun = await CountedAsync(async cancellation =>
            call = await channel.SendAsync(
                async connection =>
                {
                    var started = await GrpcCall.StartAsync(connection, Method, cancellation);
                    await started.EchoAsync(message, last: false, cancellation);
                    return started;
                },
                cancellation
            )
        );
        return begun ? call : null;
    }

    private async Task ConverseAsync(GrpcCall call, CancellationToken stopping)
    {
        var (sent, sentAfterGoAway) = (1, 0);
        for (var last = false; !last; )
        {
            var unasked = call.ArrivalAsync();
            var pause = rhythm.WaitAsync(stopping);
            await Task.WhenAny(unasked, pause);
            if (unasked.IsCompleted)
            {
                await CountedAsync(_ => BrokenAsync(unasked));
                return;
            }
            sent++;
            sentAfterGoAway += call.Connection.TakesNewStreams ? 0 : 1;
            last = !await pause || sent >= messagesPerCall || sentAfterGoAway == MessagesAfterGoAway;
            var message = NextMessage();
            if (!await CountedAsync(cancellation => call.EchoAsync(message, last, cancellation)))
            {
                return;
            }
        }
    }

    /// <summary>False where it failed.</summary>
    private async Task<bool> CountedAsync(Func<CancellationToken, Task> request)
    {
        var timer = load.Recorder.Begin(LoadClass.Grpc);
        using var limit = new CancellationTokenSource(load.RequestTimeout);
        try
        {
            await request(limit.Token);
            timer.Succeeded();
            return true;
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e, channel.ServedBy);
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, $"{Method}: no answer in time", e), channel.ServedBy);
        }
        return false;
    }

    /// <summary>Nothing may come between an echo and the next message.</summary>
    private static async Task BrokenAsync(Task<bool> unasked) =>
        throw new RequestFailedException(
            FailureKind.Protocol,
            await unasked ? "nobody asked for a message" : "the server ended a stream that the client had not"
        );

    private string NextMessage() => $"chat-{++messages}";
}
