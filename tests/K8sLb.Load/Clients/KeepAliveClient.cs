namespace K8sLb.Load;

/// <summary>One HTTP/1.1 connection kept open, one request after the other; a new one when the server ended it.</summary>
internal sealed class KeepAliveClient(LoadContext load, LoadClass loadClass, Rhythm rhythm, Func<SampleRequest> next)
    : ILoadClient
{
    private Http1Connection? connection;
    private TrackedConnection? last;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await rhythm.WaitAsync(stopping))
        {
            await RequestAsync(next());
        }
        connection?.Dispose();
    }

    private async Task RequestAsync(SampleRequest request)
    {
        var timer = load.Recorder.Begin(loadClass);
        using var limit = new CancellationTokenSource(load.RequestTimeout + request.AskedDelay);
        try
        {
            if (connection?.IsUsable() != true)
            {
                connection = null;
                connection = await load.OpenHttp1Async(loadClass, last, limit.Token);
                last = connection.Tracked;
            }
            await connection.SendAsync(request, lastRequest: false, limit.Token);
            timer.Succeeded(request.AskedDelay);
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e, connection?.Tracked.ServedBy ?? "");
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, $"{request.Path}: no response in time", e));
        }
    }
}
