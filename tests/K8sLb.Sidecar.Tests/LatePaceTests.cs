using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class LatePaceTests
{
    [Theory]
    [InlineData(ClientProtocol.Http1)]
    [InlineData(ClientProtocol.Http2)]
    [InlineData(ClientProtocol.WebSocket)]
    public async Task Connections_that_came_late_are_let_go_at_the_pace_as_well(ClientProtocol protocol)
    {
        const int Count = 40;
        const int Rate = 40;
        await using var pool = await TestMember.PoolAsync(policy: p =>
            p with
            {
                Drain = p.Drain with { MaxReleasesPerSecond = Rate },
            }
        );
        var member = pool[0];
        // Has no polite end, and so keeps the drain from being over.
        var holder = Open(member, ClientProtocol.Tcp);
        member.Drain.Begin(DrainReason.PreStop);
        await Eventually.IsTrue(() => member.Drain.Current is { IsReleasing: true }, "releasing");

        var late = Enumerable.Range(0, Count).Select(_ => Open(member, protocol)).ToList();

        await Eventually.IsTrue(() => late.All(c => c.ReleaseAskedAt != 0), "all are let go");
        var span = TimeProvider.System.GetElapsedTime(late.Min(c => c.ReleaseAskedAt), late.Max(c => c.ReleaseAskedAt));
        span.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.8 * Count / Rate));
        late.ForEach(c => c.Close());
        holder.Close();
    }

    private static TrackedConnection Open(TestMember member, ClientProtocol protocol)
    {
        var connection = member.Registry.Open(protocol, "http", fromPeer: false, new NoChannel());
        connection.BeginWork();
        return connection;
    }
}
