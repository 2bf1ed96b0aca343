using System.Diagnostics;
using System.Text.Json;
using K8sLb.Load;
using K8sLb.LocalCluster;

namespace K8sLb.Demo;

/// <summary>The load client as a process outside of the pods, where it reaches the Service.</summary>
internal sealed class LoadProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<LoadReport> report;
    private volatile LoadProgress? progress;
    private volatile TaskCompletionSource nextLine = NewSignal();

    private LoadProcess(Process process)
    {
        this.process = process;
        report = ReadAsync();
    }

    /// <summary>Null until its first line has come.</summary>
    public LoadProgress? Progress => progress;

    /// <summary>Completes with the load's next line of progress, four a second; after the last one it never does.</summary>
    public Task NextLine => nextLine.Task;

    /// <summary>Faulted where the load could not run; the message holds what it said.</summary>
    public Task<LoadReport> Report => report;

    public static async Task<LoadProcess> StartAsync(ICluster cluster, LoadOrder order)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "K8sLb.Load.dll")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = await cluster.StartOutsideAsync(start);
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, LoadJson.Default.LoadOrder));
        await process.StandardInput.FlushAsync();
        return new(process);
    }

    /// <summary>Lets the requests in flight end.</summary>
    public Task<LoadReport> StopAsync()
    {
        process.StandardInput.Close();
        return report;
    }

    /// <summary>Waits for that much more of the load's own time.</summary>
    public Task RunningForAsync(TimeSpan time, CancellationToken cancellation)
    {
        var until = (progress?.Seconds ?? 0) + time.TotalSeconds;
        return UntilAsync(() => progress?.Seconds >= until, time * 4, $"{time} of load", cancellation);
    }

    /// <param name="condition">Looked at again with each line of progress.</param>
    /// <exception cref="DemoException">The load ended, or the limit passed, before.</exception>
    public async Task UntilAsync(Func<bool> condition, TimeSpan limit, string what, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        while (true)
        {
            var line = NextLine;
            if (condition())
            {
                return;
            }
            if (report.IsCompleted)
            {
                await report;
                throw new DemoException($"the load ended by itself before: {what}");
            }
            try
            {
                await Task.WhenAny(report, line).WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new DemoException($"not within {limit.TotalSeconds} s: {what}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
        await report.ContinueWith(_ => { }, TaskScheduler.Default);
        process.Dispose();
    }

    private async Task<LoadReport> ReadAsync()
    {
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var output = JsonSerializer.Deserialize(line, LoadJson.Default.LoadOutput);
            progress = output?.Progress ?? progress;
            Interlocked.Exchange(ref nextLine, NewSignal()).SetResult();
            if (output?.Report is { } last)
            {
                return last;
            }
        }
        throw new DemoException($"the load client ended without a report: {(await errors).Trim()}");
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
