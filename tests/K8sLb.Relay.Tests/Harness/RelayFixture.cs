using System.Collections.Concurrent;
using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Loop.Epoll;
using K8sLb.Sidecar.Relay.Loop.Portable;

namespace K8sLb.Relay.Tests.Harness;

/// <summary>What a loop gets its sockets from; every behaviour is tested with each.</summary>
public enum PollerKind
{
    Epoll,
    Select,
}

/// <summary>A relay between a client and an application of the test's.</summary>
internal sealed class RelayFixture : IDisposable
{
    private readonly RelayEngine engine;
    private readonly RelayListener listener;

    public RelayFixture(PollerKind kind, PortProtocol protocol, RelaySettings? settings = null, int loops = 1)
    {
        Brain.Target = Local = Targets.At("local", App.EndPoint);
        engine = new RelayEngine(Brain, () => settings ?? Defaults, loops, () => Create(kind), Failures.Enqueue);
        var port = new PortPolicy
        {
            Name = "web",
            Port = 0,
            TargetPort = App.EndPoint.Port,
            Protocol = protocol,
        };
        listener = engine.Listen(new IPEndPoint(IPAddress.Loopback, 0), () => port);
    }

    private static readonly RelaySettings Defaults = new();

    public TestBrain Brain { get; } = new();
    public RawApplication App { get; } = new();
    public RelayTarget Local { get; }

    /// <summary>Exceptions that a loop survived; there must be none.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = [];

    public ConnectionAccount Account => Brain.Registry.Account();

    public IPEndPoint EndPoint => listener.EndPoint;

    public Task<Wire> DialAsync() => Wire.DialAsync(EndPoint);

    /// <summary>The only live connection.</summary>
    public TrackedConnection Connection
    {
        get
        {
            var live = new List<TrackedConnection>();
            Brain.Registry.CopyLiveTo(live);
            return live.ShouldHaveSingleItem();
        }
    }

    /// <summary>Asks the only live connection to go, and returns when it knows.</summary>
    public async Task ReleaseAsync(ReleaseUrgency urgency = ReleaseUrgency.WhenSettled)
    {
        Connection.Release(urgency);
        await OnEachLoopAsync(() => 0);
    }

    /// <summary>Bytes that the loops' threads have ever allocated.</summary>
    public async Task<long> AllocatedAsync() => (await OnEachLoopAsync(GC.GetAllocatedBytesForCurrentThread)).Sum();

    public async Task AllClosedAsync() =>
        await Eventually.IsTrue(() => Account.Live.Total == 0, "every connection is closed and accounted for");

    public void StopListening() => listener.DisposeAsync().AsTask().Wait();

    public void Dispose()
    {
        StopListening();
        engine.Dispose();
        App.Dispose();
        Failures.ShouldBeEmpty();
        Brain.Registry.InFlight.ShouldBeLessThanOrEqualTo(Account.Live.Total);
    }

    private async Task<List<long>> OnEachLoopAsync(Func<long> ask)
    {
        var answers = new List<long>();
        foreach (var worker in engine.Workers)
        {
            var answer = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            worker.Loop.Post(_ => answer.SetResult(ask()), null);
            answers.Add(await answer.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        }
        return answers;
    }

    private static ISocketPoller Create(PollerKind kind) =>
        kind == PollerKind.Epoll ? new EpollPoller() : new SelectPoller();
}
