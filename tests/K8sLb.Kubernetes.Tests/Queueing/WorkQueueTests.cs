using K8sLb.TestKit;

namespace K8sLb.Kubernetes.Tests.Queueing;

public sealed class WorkQueueTests : IDisposable
{
    private readonly ManualTime time = new();
    private readonly WorkQueue<string> queue;

    public WorkQueueTests() =>
        queue = new WorkQueue<string>(
            "test",
            new BackoffOptions { Initial = TimeSpan.FromSeconds(1), Maximum = TimeSpan.FromSeconds(60) },
            time
        );

    public void Dispose() => queue.Dispose();

    [Fact]
    public async Task A_key_is_queued_once_however_often_it_is_added()
    {
        queue.Add("a");
        queue.Add("b");
        queue.Add("a");

        (await TakeAsync()).ShouldBe("a");
        (await TakeAsync()).ShouldBe("b");
        queue.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_added_while_it_is_worked_on_comes_back_after_that_only()
    {
        queue.Add("a");
        await TakeAsync();

        queue.Add("a");
        queue.Add("a");
        queue.Count.ShouldBe(0);
        queue.Done("a");

        queue.Count.ShouldBe(1);
        (await TakeAsync()).ShouldBe("a");
        queue.Done("a");
        queue.Count.ShouldBe(0);
    }

    [Fact]
    public async Task No_key_is_ever_in_two_hands()
    {
        const int Keys = 5;
        const int Rounds = 2000;
        var inHands = new int[Keys];
        var worked = new int[Keys];
        using var real = new WorkQueue<int>("test");
        using var stop = new CancellationTokenSource();
        var workers = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Run(async () =>
                {
                    while (true)
                    {
                        var key = await real.TakeAsync(stop.Token);
                        Interlocked.Increment(ref inHands[key]).ShouldBe(1);
                        for (var turn = 0; turn < 20; turn++)
                        {
                            await Task.Yield(); // Held for long enough that another worker would meet it.
                        }
                        worked[key]++;
                        Interlocked.Decrement(ref inHands[key]).ShouldBe(0);
                        real.Done(key);
                    }
                })
            )
            .ToList();

        for (var i = 0; i < Rounds; i++)
        {
            real.Add(i % Keys);
            await Task.Yield();
        }
        await Eventually.IsTrue(() => real.Count == 0 && worked.All(w => w > 0), "everything is worked off");
        await stop.CancelAsync();

        foreach (var worker in workers)
        {
            await Should.ThrowAsync<OperationCanceledException>(worker);
        }
    }

    [Fact]
    public async Task A_worker_that_waits_gets_what_is_added()
    {
        var taking = queue.TakeAsync(CancellationToken.None).AsTask();
        taking.IsCompleted.ShouldBeFalse();

        queue.Add("a");

        (await taking).ShouldBe("a");
    }

    [Fact]
    public async Task A_worker_that_gave_up_takes_nothing_with_it()
    {
        using var stop = new CancellationTokenSource();
        var taking = queue.TakeAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(taking);

        queue.Add("a");

        (await TakeAsync()).ShouldBe("a");
    }

    [Fact]
    public void A_delayed_key_comes_when_its_time_has_come()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("b", TimeSpan.FromSeconds(5));

        time.Advance(TimeSpan.FromSeconds(4));
        queue.Count.ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(1));
        queue.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(5));
        queue.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_several_delays_the_shortest_counts_and_only_once()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(2));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));

        time.Advance(TimeSpan.FromSeconds(2));
        (await TakeAsync()).ShouldBe("a");
        queue.Done("a");
        time.Advance(TimeSpan.FromSeconds(60));

        queue.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_added_needs_its_reminder_no_more()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(10));

        queue.Add("a");
        (await TakeAsync()).ShouldBe("a");
        queue.Done("a");
        time.Advance(TimeSpan.FromSeconds(10));

        queue.Count.ShouldBe(0);
    }

    [Fact]
    public void Retries_wait_longer_each_time_until_success()
    {
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            waits.Add(RetryWait());
        }

        for (var i = 0; i < waits.Count; i++)
        {
            var full = Math.Min(60, Math.Pow(2, i));
            waits[i].ShouldBeInRange(full / 2, full + 0.2);
        }
        queue.Failures("a").ShouldBe(8);
        queue.Forget("a");
        RetryWait().ShouldBeLessThan(1.2);
    }

    /// <returns>Seconds.</returns>
    private double RetryWait()
    {
        queue.AddRateLimited("a");
        var start = time.GetUtcNow();
        while (queue.Count == 0)
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
        }
        queue.TakeAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        queue.Done("a");
        return (time.GetUtcNow() - start).TotalSeconds;
    }

    private async Task<string> TakeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await queue.TakeAsync(limit.Token);
    }
}
