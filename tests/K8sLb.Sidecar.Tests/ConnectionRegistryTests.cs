using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class ConnectionRegistryTests
{
    [Fact]
    public async Task The_account_adds_up_at_every_moment_under_random_traffic()
    {
        var registry = new ConnectionRegistry(TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() => Churn(registry, new(seed)))));

        registry.Account().Live.Total.ShouldBe(0);
        registry.Account().Totals.Opened.ShouldBe(20_000);
        registry.InFlight.ShouldBe(0);
    }

    [Fact]
    public void States_follow_the_work()
    {
        var registry = new ConnectionRegistry(TimeProvider.System);
        var connection = Open(registry);

        connection.State.ShouldBe(ConnectionState.Idle);
        connection.BeginWork();
        connection.BeginWork();
        connection.State.ShouldBe(ConnectionState.Active);
        connection.EndWork();
        connection.State.ShouldBe(ConnectionState.Active);
        connection.TryBeginClosingIdle().ShouldBeFalse();
        connection.EndWork();
        connection.TryBeginClosingIdle().ShouldBeTrue();
        connection.State.ShouldBe(ConnectionState.Closing);
        connection.Close();
        connection.State.ShouldBe(ConnectionState.Closed);
        connection.Close();
        registry.Account().Totals.Released.ShouldBe(1);
    }

    [Fact]
    public void What_ends_a_connection_decides_its_account()
    {
        var registry = new ConnectionRegistry(TimeProvider.System);
        var (finished, released, cut) = (Open(registry), Open(registry), Open(registry));

        finished.Close();
        released.BeginClosing();
        released.Close();
        cut.BeginClosing();
        cut.Cut(EndReason.Deadline);
        cut.Close();

        var totals = registry.Account().Totals;
        (totals.Finished, totals.Released, totals.Forced).ShouldBe((1, 1, 1));
    }

    [Fact]
    public void One_that_changes_its_protocol_has_been_told_nothing_in_the_new_one()
    {
        var connection = Open(new(TimeProvider.System));
        connection.TryBeginClosingIdle().ShouldBeTrue();

        connection.Upgrade(ClientProtocol.WebSocket);

        connection.State.ShouldBe(ConnectionState.Idle);
    }

    [Fact]
    public void The_rhythm_is_learned_from_the_pauses_between_requests()
    {
        var clock = new ManualTime();
        var connection = Open(new(clock));
        for (var i = 0; i < 10; i++)
        {
            connection.BeginWork();
            clock.Advance(TimeSpan.FromMilliseconds(40));
            connection.EndWork();
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        clock.GetElapsedTime(0, connection.MeanGap!.Value).TotalMilliseconds.ShouldBe(100, 1);
    }

    [Fact]
    public void The_rhythm_of_arrivals_is_not_known_from_one()
    {
        var clock = new ManualTime();
        var registry = new ConnectionRegistry(clock);
        clock.Advance(TimeSpan.FromHours(1));

        registry.NoteArrival();
        clock.Advance(TimeSpan.FromSeconds(1));
        registry.NoteArrival();
        registry.Account().MeanArrivalGap.ShouldBeNull();
        clock.Advance(TimeSpan.FromSeconds(1));
        registry.NoteArrival();

        clock.GetElapsedTime(0, registry.Account().MeanArrivalGap!.Value).TotalSeconds.ShouldBe(1, 0.01);
    }

    private static void Churn(ConnectionRegistry registry, Random random)
    {
        var open = new List<TrackedConnection>();
        for (var i = 0; i < 5000 || open.Count > 0; i++)
        {
            if (i < 5000)
            {
                open.Add(registry.Open((ClientProtocol)random.Next(4), "http", random.Next(2) == 0, new NoChannel()));
            }
            var connection = open[random.Next(open.Count)];
            connection.BeginWork();
            connection.EndWork();
            ShouldAddUp(registry);
            if (random.Next(2) == 0 || i >= 5000)
            {
                End(connection, random);
                open.Remove(connection);
            }
        }
    }

    private static void End(TrackedConnection connection, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                connection.BeginClosing();
                break;
            case 1:
                connection.Cut(EndReason.Deadline);
                break;
            case 2:
                connection.Upgrade(ClientProtocol.WebSocket);
                break;
            default:
                break;
        }
        connection.Close();
    }

    private static void ShouldAddUp(ConnectionRegistry registry)
    {
        var account = registry.Account();
        var totals = account.Totals;
        totals.Opened.ShouldBe(account.Live.Total + totals.Finished + totals.Released + totals.Forced);
    }

    private static TrackedConnection Open(ConnectionRegistry registry) =>
        registry.Open(ClientProtocol.Http1, "http", fromPeer: false, new NoChannel());
}
