namespace K8sLb.Demo;

/// <summary>What is seen of a run on the way: a look with each line of the load's progress, for the table and for the report.</summary>
internal sealed class RunObservation(RunKind run, ShopObserver observer, IDemoView view)
{
    private readonly List<DemoFrame> frames = [];
    private volatile IReadOnlySet<string> oldPods = new HashSet<string>();
    private volatile string stage = "";

    /// <summary>Those that were there when <see cref="RememberPods"/> was called.</summary>
    public IReadOnlySet<string> OldPods => oldPods;

    public IReadOnlyList<DemoFrame> Frames
    {
        get
        {
            lock (frames)
            {
                return [.. frames];
            }
        }
    }

    public void RememberPods() => oldPods = observer.Pods.Select(p => p.Metadata.Name ?? "").ToHashSet();

    public void Stage(string text)
    {
        stage = text;
        view.Step(text);
    }

    /// <summary>Observes as long as <paramref name="use"/> runs.</summary>
    public async Task<T> DuringAsync<T>(LoadProcess load, Func<Task<T>> use, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var observing = ObserveAsync(load, ended.Token);
        try
        {
            return await use();
        }
        finally
        {
            await ended.CancelAsync();
            await observing;
        }
    }

    private async Task ObserveAsync(LoadProcess load, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var line = load.NextLine;
            if (load.Progress is { } progress)
            {
                var rows =
                    run == RunKind.Baseline
                        ? MemberRows.OfPods(observer.Pods, progress, oldPods)
                        : MemberRows.OfPool(observer.Pods, observer.PoolStatus, oldPods, DateTimeOffset.UtcNow);
                var frame = new DemoFrame(run, stage, progress.Seconds, progress, rows);
                lock (frames)
                {
                    frames.Add(frame);
                }
                view.Show(frame);
            }
            await line.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
