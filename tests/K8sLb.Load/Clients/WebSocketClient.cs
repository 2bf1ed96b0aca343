namespace K8sLb.Load;

/// <summary>One WebSocket kept open, one message and its echo after the other; a new one when the server ended it.</summary>
internal sealed class WebSocketClient(LoadContext load, Rhythm rhythm, int number) : ILoadClient
{
    private long messages;
    private TrackedConnection? last;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await rhythm.WaitAsync(stopping))
        {
            if (await OpenAsync() is { } session)
            {
                using (session)
                {
                    await ConverseAsync(session, stopping);
                    await session.AnswerCloseAsync();
                }
            }
        }
    }

    private async Task<WebSocketSession?> OpenAsync()
    {
        var timer = load.Recorder.Begin(LoadClass.WebSocket);
        using var limit = new CancellationTokenSource(load.RequestTimeout);
        try
        {
            var session = await WebSocketSession.OpenAsync(load, last, limit.Token);
            last = session.Tracked;
            timer.Succeeded();
            return session;
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e);
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, "no WebSocket in time", e));
        }
        return null;
    }

    /// <summary>Until either side ends the session. A message from the server is awaited all the time, so no close is missed.</summary>
    private async Task ConverseAsync(WebSocketSession session, CancellationToken stopping)
    {
        while (true)
        {
            var next = session.ReceiveAsync();
            var pause = rhythm.WaitAsync(stopping);
            await Task.WhenAny(next, pause);
            await session.TakeArrivalsAsync(next);
            if (next.IsCompleted)
            {
                await EndedBetweenMessagesAsync(session, next);
                return;
            }
            if (!await pause)
            {
                await session.CloseAsync(next);
                return;
            }
            if (!await EchoAsync(session, next))
            {
                return;
            }
        }
    }

    /// <summary>False where the session is over.</summary>
    private async Task<bool> EchoAsync(WebSocketSession session, Task<string?> next)
    {
        var timer = load.Recorder.Begin(LoadClass.WebSocket);
        using var limit = new CancellationTokenSource(load.RequestTimeout);
        try
        {
            var message = $"{number}-{++messages}";
            await session.SendAsync(message, limit.Token);
            switch (await next.WaitAsync(limit.Token))
            {
                case null:
                    throw new RequestFailedException(
                        FailureKind.WebSocketUnanswered,
                        $"close frame before the echo of {message}"
                    );
                case var echo when echo != message:
                    throw new RequestFailedException(FailureKind.Corrupt, $"{echo} for {message}");
                default:
                    timer.Succeeded();
                    return true;
            }
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e, session.Tracked.ServedBy);
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, "no echo in time", e), session.Tracked.ServedBy);
        }
        return false;
    }

    /// <summary>A polite close costs nothing; a cut counts as the message that the session would have carried.</summary>
    private async Task EndedBetweenMessagesAsync(WebSocketSession session, Task<string?> next)
    {
        try
        {
            if (await next is { } unasked)
            {
                throw new RequestFailedException(FailureKind.Protocol, $"nobody asked for {unasked}");
            }
        }
        catch (RequestFailedException e)
        {
            load.Recorder.Begin(LoadClass.WebSocket).Failed(e, session.Tracked.ServedBy);
        }
    }
}
