namespace K8sLb.Load;

/// <summary>A connection for each request, at a fixed rate whatever the answers are.</summary>
internal sealed class NewConnectionClient(LoadContext load, NewConnectionPlan plan, RequestMix mix) : ILoadClient
{
    public async Task RunAsync(CancellationToken stopping)
    {
        using var slots = new SemaphoreSlim(plan.MaxConcurrent);
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1) / plan.PerSecond);
        var running = new List<Task>();
        try
        {
            while (await beat.WaitForNextTickAsync(stopping))
            {
                await slots.WaitAsync(stopping);
                running.RemoveAll(request => request.IsCompletedSuccessfully);
                running.Add(RequestAsync(mix.Http1(), slots));
            }
        }
        catch (OperationCanceledException)
        {
            // The load stops.
        }
        await Task.WhenAll(running);
    }

    private async Task RequestAsync(SampleRequest request, SemaphoreSlim slots)
    {
        var timer = load.Recorder.Begin(LoadClass.NewConnection);
        using var limit = new CancellationTokenSource(load.RequestTimeout);
        try
        {
            using var connection = await load.OpenHttp1Async(LoadClass.NewConnection, null, limit.Token);
            await connection.SendAsync(request, lastRequest: true, limit.Token);
            timer.Succeeded();
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e);
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, $"{request.Path}: no response in time", e));
        }
        finally
        {
            slots.Release();
        }
    }
}
