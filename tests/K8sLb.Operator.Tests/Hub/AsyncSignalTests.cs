using K8sLb.Operator.Hub;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Hub;

public sealed class AsyncSignalTests
{
    private const int Rounds = 200_000;
    private const int MostSpins = 60;

    /// <summary>A stream would sit on a directive, and a status on its newest text, until something else comes.</summary>
    [Fact]
    public async Task What_is_set_while_the_waiter_wakes_is_seen()
    {
        var signal = new AsyncSignal();
        var (said, seen) = (0L, 0L);
        using var stop = new CancellationTokenSource();
        var waiter = Task.Run(async () =>
        {
            while (true)
            {
                Volatile.Write(ref seen, Volatile.Read(ref said));
                await signal.WaitAsync(stop.Token);
            }
        });
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                Volatile.Write(ref said, said + 1);
                signal.Set();
                Thread.SpinWait(random.Next(MostSpins));
            }
            Closely.IsTrue(() => Volatile.Read(ref seen) == said, "the waiter has seen what was said last");
        }
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiter);
    }
}
