namespace K8sLb.Load;

/// <summary>
/// One HTTP/2 connection that several users share, and another one in its place when it takes no new streams; the old one
/// finishes what it has.
/// </summary>
internal sealed class Http2Channel(LoadContext load, LoadClass loadClass) : IDisposable
{
    /// <summary>A server that sends GOAWAY to every connection is not followed for ever.</summary>
    private const int MostProtocolRetries = 3;

    private readonly SemaphoreSlim opening = new(1);
    private readonly List<Http2Connection> connections = [];
    private Http2Connection? current;

    /// <summary>The pod that last answered on the connection in use.</summary>
    public string ServedBy => current?.Tracked.ServedBy ?? "";

    /// <summary>Again on another connection where the server says that it did not process the request.</summary>
    public async Task<T> SendAsync<T>(Func<Http2Connection, Task<T>> send, CancellationToken cancellation)
    {
        for (var retries = 0; ; )
        {
            var connection = await CurrentAsync(cancellation);
            try
            {
                return await send(connection);
            }
            catch (Http2UnprocessedException e)
            {
                if (e.WasSent)
                {
                    load.Recorder.RetriedByProtocol();
                    if (++retries > MostProtocolRetries)
                    {
                        throw new RequestFailedException(FailureKind.Protocol, "refused again and again", e);
                    }
                }
            }
        }
    }

    /// <summary>When nothing is in flight any more.</summary>
    public async Task CloseAsync()
    {
        foreach (var connection in connections)
        {
            connection.Dispose();
            await connection.Reading;
        }
    }

    public void Dispose() => opening.Dispose();

    private async Task<Http2Connection> CurrentAsync(CancellationToken cancellation)
    {
        await opening.WaitAsync(cancellation);
        try
        {
            if (current is not { TakesNewStreams: true })
            {
                current = await load.OpenHttp2Async(loadClass, current?.Tracked, cancellation);
                connections.Add(current);
            }
            return current;
        }
        finally
        {
            opening.Release();
        }
    }
}
