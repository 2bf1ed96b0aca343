namespace K8sLb.Load;

/// <summary>
/// A load that goes on. It ends by <see cref="StopAsync"/>, by its plan's duration or its plan's number of requests; requests in
/// flight are waited for.
/// </summary>
public sealed class LoadRun : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping;
    private readonly LoadRecorder recorder;

    private LoadRun(LoadPlan plan, LoadTarget target)
    {
        stopping = new CancellationTokenSource(TimeSpan.FromSeconds(plan.DurationSeconds));
        recorder = new LoadRecorder(plan.MaxRequests, stopping.Cancel);
        stopping.Token.Register(recorder.Stopping);
        var clients = LoadClients.Of(new LoadContext(plan, target, recorder));
        Completion = Task.Run(() => CompleteAsync(clients));
    }

    /// <summary>Faulted where the client machine itself is at fault (no ports left, say).</summary>
    public Task<LoadReport> Completion { get; }

    /// <exception cref="ArgumentException">The plan is out of its bounds.</exception>
    public static LoadRun Start(LoadPlan plan, LoadTarget target)
    {
        plan.Validate();
        return new(plan, target);
    }

    public LoadProgress Progress() => recorder.Progress();

    public Task<LoadReport> StopAsync()
    {
        stopping.Cancel();
        return Completion;
    }

    /// <summary>Stops and waits; does not throw what <see cref="Completion"/> tells.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Completion.ContinueWith(_ => { }, TaskScheduler.Default);
        stopping.Dispose();
    }

    private async Task<LoadReport> CompleteAsync(IEnumerable<ILoadClient> clients)
    {
        await Task.WhenAll(clients.Select(RunAsync));
        return recorder.Report();
    }

    /// <summary>A client that faults ends the whole run.</summary>
    private async Task RunAsync(ILoadClient client)
    {
        try
        {
            await client.RunAsync(stopping.Token);
        }
        catch
        {
            await stopping.CancelAsync();
            throw;
        }
        finally
        {
            (client as IDisposable)?.Dispose();
        }
    }
}
