using K8sLb.Protocol;

namespace K8sLb.Sidecar.Tests.Fixtures;

internal sealed class TestPool(PoolPolicy policy) : IAsyncDisposable
{
    private long version;

    public List<TestMember> Members { get; } = [];
    public PoolPolicy Policy { get; set; } = policy;

    /// <summary>Null as from an operator that hands out none.</summary>
    public IReadOnlyList<PeerKey>? Keys { get; set; } = [TestSnapshots.Key("a")];
    public TestMember this[int index] => Members[index];

    /// <summary>Gives every member the next snapshot, as an operator would.</summary>
    /// <param name="change">Changes a member's directive, by the member's place.</param>
    public async Task TellAllAsync(
        Func<int, MemberDirective, MemberDirective>? change = null,
        Func<int, DrainDirective?>? drain = null,
        Func<int, RebalanceDirective?>? rebalance = null
    )
    {
        version++;
        for (var i = 0; i < Members.Count; i++)
        {
            await GiveAsync(i, change, drain?.Invoke(i), rebalance?.Invoke(i));
        }
    }

    /// <summary>Gives one member alone the next snapshot.</summary>
    public async Task TellAsync(
        int which,
        Func<int, MemberDirective, MemberDirective>? change = null,
        DrainDirective? drain = null
    )
    {
        version++;
        await GiveAsync(which, change, drain);
    }

    /// <summary>Drains one by directive; the others know it as unavailable.</summary>
    public Task DrainAsync(int which, TimeSpan? deadline = null, TimeSpan? rampDown = null) =>
        TellAllAsync(
            (i, d) => i == which ? d with { Availability = MemberAvailability.Unavailable, Weight = 0 } : d,
            i =>
                i == which ? TestSnapshots.Drain(deadline ?? TimeSpan.FromSeconds(30), rampDown ?? TimeSpan.Zero) : null
        );

    /// <summary>Drains one by directive, and the others do not know.</summary>
    public Task DrainUnknownToPeersAsync(int which) =>
        TellAsync(
            which,
            (i, d) => i == which ? d with { Availability = MemberAvailability.Unavailable, Weight = 0 } : d,
            TestSnapshots.Drain(TimeSpan.FromMinutes(10), TimeSpan.Zero)
        );

    private async Task GiveAsync(
        int which,
        Func<int, MemberDirective, MemberDirective>? change,
        DrainDirective? drain,
        RebalanceDirective? rebalance = null
    )
    {
        var directives = Members.Select((m, i) => change is null ? m.Directive() : change(i, m.Directive())).ToList();
        var snapshot = TestSnapshots.For(Members[which].Options.PodUid, version, directives, Policy, drain);
        snapshot = snapshot with
        {
            Self = snapshot.Self with { Rebalance = rebalance },
            Pool = snapshot.Pool with { PeerKeys = Keys },
        };
        (await Members[which].Intake.TakeAsync(snapshot)).ShouldBeNull();
    }

    /// <summary>Each of them, whatever becomes of the others.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Members.Select(m => m.DisposeAsync().AsTask()));
}
