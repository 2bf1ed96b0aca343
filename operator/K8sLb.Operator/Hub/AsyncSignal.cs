namespace K8sLb.Operator.Hub;

/// <summary>Wakes its one waiter. Set any number of times, also before the wait, it wakes it once.</summary>
public sealed class AsyncSignal
{
    private TaskCompletionSource source = New();

    public void Set()
    {
        // What the caller wrote must be seen before the source is read: a processor may put a read before an earlier write,
        // and where this meets the source of before, the waiter has to find what was written.
        Interlocked.MemoryBarrier();
        Volatile.Read(ref source).TrySetResult();
    }

    public Task WaitAsync(CancellationToken cancellationToken) =>
        WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <returns>False where the time passed.</returns>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await Volatile.Read(ref source).Task.WaitAsync(WholeMilliseconds(timeout), time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
        // Whatever was set up to here is seen by the waiter, who looks at the state after this: and not before, as a mere
        // write would allow.
        Interlocked.Exchange(ref source, New());
        return true;
    }

    /// <summary>Timers drop fractions, so a wait would end just before its time, and the next one at once, again and again.</summary>
    private static TimeSpan WholeMilliseconds(TimeSpan timeout) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(timeout.TotalMilliseconds));

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
