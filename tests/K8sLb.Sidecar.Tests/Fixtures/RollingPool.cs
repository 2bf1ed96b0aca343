using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Members come and go as in a rolling update.</summary>
internal static class RollingPool
{
    /// <param name="prepare">Before the others know it.</param>
    public static async Task<TestMember> JoinAsync(TestPool pool, string name, Func<TestMember, Task>? prepare = null)
    {
        var joining = await TestMember.StartAsync(name);
        await (prepare?.Invoke(joining) ?? Task.CompletedTask);
        pool.Members.Add(joining);
        await pool.TellAllAsync();
        return joining;
    }

    /// <summary>As in a cluster: preStop begins the drain, the operator tells it to all, endpoints follow late, the pod ends.</summary>
    public static async Task LeaveAsync(TestPool pool, TestMember leaving, StaleEndpoints endpoints)
    {
        var preStop = leaving.DrainAsync();
        await Eventually.IsTrue(() => leaving.Drain.Current is not null, "the drain has begun");
        var drain = leaving.Drain.Current!;
        await pool.TellAllAsync(
            (i, d) =>
                pool[i] == leaving
                    ? TestSnapshots.Drained(
                        d,
                        TestSnapshots.Drain(TimeSpan.Zero, TimeSpan.Zero) with
                        {
                            RampDownEndsAt = drain.RampDownEndsAt,
                            Deadline = drain.Deadline,
                        }
                    )
                    : d
        );
        await Eventually.IsTrue(
            () => leaving.Registry.Account().Totals.Rerouted > 0 && leaving.Drain.Current is { IsReleasing: true },
            "it is being left, and hands on what still comes"
        );
        endpoints.Remove(leaving);
        var report = await preStop;
        (report.Progress, report.Forced).ShouldBe((DrainProgress.Released, 0L));
        pool.Members.Remove(leaving);
        await pool.TellAllAsync();
        await leaving.DisposeAsync();
    }
}
