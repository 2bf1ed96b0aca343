using K8sLb.Protocol;
using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Overload;

public sealed class ApplicationGateTests
{
    private readonly ManualTime time = new();
    private readonly SnapshotInForce snapshots = new();
    private readonly WorkRouter router;
    private readonly ApplicationGate gate;

    public ApplicationGateTests()
    {
        router = new(
            snapshots,
            new MemberDrain(new ConnectionRegistry(time), snapshots, time),
            new MemberHealth(),
            new MemberAgent(),
            new PeerLoads(time),
            new Random(1),
            time
        );
        gate = new(snapshots, router, new Random(1), time);
    }

    [Fact]
    public void Work_that_waits_gets_the_places_that_become_free_in_its_order()
    {
        Put(new() { MaxInFlight = 1, MaxPending = 2 });
        gate.TryEnter(out var first).ShouldBeTrue();
        var (a, b, c) = (new Waiter(), new Waiter(), new Waiter());
        gate.TryWait(a).ShouldNotBeNull();
        gate.TryWait(b).ShouldNotBeNull();
        gate.TryWait(c).ShouldBeNull("the queue is full");

        first.Leave();
        (a.Place is not null, b.Place is not null).ShouldBe((true, false));
        gate.TryEnter(out _).ShouldBeFalse("nobody overtakes");

        a.Place!.Value.Leave();
        b.Place.ShouldNotBeNull();
        b.Place!.Value.Leave();
        gate.TryEnter(out _).ShouldBeTrue();
        router.Local.InFlight.ShouldBe(1);
    }

    [Fact]
    public void Work_that_has_left_gets_no_place()
    {
        Put(new() { MaxInFlight = 1, MaxPending = 2 });
        gate.TryEnter(out var first).ShouldBeTrue();
        var (a, b) = (new Waiter(), new Waiter());
        var entry = gate.TryWait(a)!;
        gate.TryWait(b);

        gate.TryWithdraw(entry).ShouldBeTrue();
        first.Leave();

        a.Place.ShouldBeNull();
        b.Place.ShouldNotBeNull();
        gate.TryWithdraw(entry).ShouldBeFalse();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(null)]
    public void A_higher_limit_or_none_lets_in_what_waits(int? limit)
    {
        Put(new() { MaxInFlight = 1, MaxPending = 2 });
        gate.TryEnter(out _);
        var waiter = new Waiter();
        gate.TryWait(waiter);

        Put(limit is { } most ? new() { MaxInFlight = most, MaxPending = 2 } : null);
        gate.Tick();

        waiter.Place.ShouldNotBeNull();
    }

    [Fact]
    public void An_open_circuit_lets_nothing_in_and_sends_away_what_waits()
    {
        Put(Breaking with { MaxInFlight = 2, MaxPending = 5 });
        gate.TryEnter(out var one);
        gate.TryEnter(out var other);
        var waiter = new Waiter();
        gate.TryWait(waiter);

        one.NoteOutcome(success: false);
        other.NoteOutcome(success: false);
        one.Leave();
        other.Leave();

        waiter.IsRefused.ShouldBeTrue();
        (gate.TryEnter(out _), gate.HasPlace).ShouldBe((false, false));
        gate.TryWait(new Waiter()).ShouldBeNull();
        gate.Breaker.Openings.ShouldBe(1);
        router.Local.InFlight.ShouldBe(0);
    }

    [Fact]
    public void One_probe_closes_it_again()
    {
        Put(Breaking);
        Open();
        time.Advance(TimeSpan.FromSeconds(5));

        gate.TryEnter(out var probe).ShouldBeTrue();
        gate.TryEnter(out _).ShouldBeFalse();
        probe.NoteOutcome(success: true);
        probe.Leave();

        gate.TryEnter(out _).ShouldBeTrue();
        gate.TryEnter(out _).ShouldBeTrue();
    }

    [Fact]
    public void A_probe_whose_client_leaves_makes_room_for_another()
    {
        Put(Breaking);
        Open();
        time.Advance(TimeSpan.FromSeconds(5));

        gate.TryEnter(out var probe);
        probe.Leave();

        gate.TryEnter(out _).ShouldBeTrue();
    }

    [Fact]
    public void A_pool_that_asks_for_nothing_any_more_has_nothing_open()
    {
        Put(Breaking);
        Open();

        Put(null);

        gate.TryEnter(out _).ShouldBeTrue();
    }

    [Fact]
    public void An_adaptive_limit_falls_when_answers_take_longer_and_keeps_its_bounds()
    {
        Put(
            new()
            {
                MaxInFlight = 100,
                Adaptive = new()
                {
                    MinInFlight = 4,
                    Tolerance = 1.5,
                    Smoothing = 0.5,
                    QueueAllowance = 2,
                },
            }
        );
        gate.Tick();
        Answer(TimeSpan.FromMilliseconds(10), windows: 50);
        var well = gate.Limit;
        well.ShouldBeInRange(40, 100);

        Answer(TimeSpan.FromMilliseconds(100), windows: 20);

        gate.Limit.ShouldBeInRange(4, well / 2);
        gate.Limit.ShouldBe(gate.Report()!.Limit!.Value);
    }

    [Fact]
    public async Task Under_many_threads_no_place_is_given_twice_and_none_is_lost()
    {
        const int Limit = 4;
        Put(new() { MaxInFlight = Limit, MaxPending = 1_000 });
        var (inside, most, served) = (0, 0, 0);

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 2_000; i++)
                        {
                            if (!gate.TryEnter(out var place))
                            {
                                var waiter = new Waiter();
                                gate.TryWait(waiter).ShouldNotBeNull();
                                place = await waiter.Granting;
                            }
                            var now = Interlocked.Increment(ref inside);
                            InterlockedMax(ref most, now);
                            Interlocked.Increment(ref served);
                            Interlocked.Decrement(ref inside);
                            place.Leave();
                        }
                    })
                )
        );

        most.ShouldBeLessThanOrEqualTo(Limit);
        served.ShouldBe(16_000);
        (router.Local.InFlight, gate.Pending).ShouldBe((0, 0));
    }

    /// <summary>As much as may be under way at a time, all answered in that time.</summary>
    private void Answer(TimeSpan took, int windows)
    {
        for (var window = 0; window < windows; window++)
        {
            var places = new List<Place>();
            while (gate.TryEnter(out var place))
            {
                places.Add(place);
            }
            for (var answer = 0; answer < 10; answer++)
            {
                places[0].NoteOutcome(success: true, took);
            }
            places.ForEach(p => p.Leave());
            gate.Tick();
        }
    }

    private static CircuitBreakerPolicy Breaking =>
        new()
        {
            ConsecutiveFailures = 2,
            OpenForMs = 5_000,
            MaxOpenForMs = 60_000,
        };

    private void Open()
    {
        for (var i = 0; i < 2; i++)
        {
            gate.TryEnter(out var place).ShouldBeTrue();
            place.NoteOutcome(success: false);
            place.Leave();
        }
        gate.TryEnter(out _).ShouldBeFalse();
    }

    private void Put(CircuitBreakerPolicy? policy) =>
        snapshots.Put(
            TestSnapshots.For(
                "uid-m0",
                1,
                [TestSnapshots.Member("uid-m0")],
                TestSnapshots.Policy() with
                {
                    CircuitBreaker = policy,
                }
            )
        );

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, value, seen) == seen)
            {
                return;
            }
        }
    }

    private sealed class Waiter : IPendingWork
    {
        private readonly TaskCompletionSource<Place> granting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Place> Granting => granting.Task;
        public Place? Place => Granting.IsCompletedSuccessfully ? Granting.Result : null;
        public bool IsRefused { get; private set; }

        public void Granted(Place place) => granting.SetResult(place);

        public void Refused() => IsRefused = true;
    }
}
