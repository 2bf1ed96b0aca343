using System.Diagnostics;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>Work that comes back to the thread pool's queue all the time, so that everything else in it has to wait its turn.</summary>
internal sealed class ThreadPoolBurden : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Task[] items;

    private ThreadPoolBurden(int items, TimeSpan each) =>
        this.items = [.. Enumerable.Range(0, items).Select(_ => Task.Run(() => OccupyAsync(each)))];

    /// <param name="items">In the queue at a time.</param>
    /// <param name="each">For how long each of them keeps a thread busy.</param>
    public static ThreadPoolBurden Start(int items, TimeSpan each) => new(items, each);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(items);
        stopping.Dispose();
    }

    private async Task OccupyAsync(TimeSpan each)
    {
        while (!stopping.IsCancellationRequested)
        {
            var from = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(from) < each)
            {
                Thread.SpinWait(100);
            }
            await Task.Yield();
        }
    }
}
