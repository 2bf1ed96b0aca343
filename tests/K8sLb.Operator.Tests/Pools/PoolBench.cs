using System.Collections.Concurrent;
using System.Text.Json;
using K8sLb.Core.Balancing;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Pools;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Operator.Tests.Sessions;
using K8sLb.Protocol;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>One pool without a cluster: the test says what the API server and the sidecars say, and moves the clock.</summary>
internal sealed class PoolBench : IAsyncDisposable
{
    /// <summary>A member that has nothing to tell.</summary>
    public static readonly MemberReport Quiet = new()
    {
        Connections = new ConnectionCounts(),
        Totals = new ConnectionTotals(),
    };

    private readonly PoolDirectory directory = new(_ => { });
    private int epoch;
    private readonly BackendPool pool;

    public PoolBench(BackendPool? pool = null)
    {
        this.pool = pool ?? Sample.Pool("shop");
        directory.OnPool(new StoreChange<BackendPool>(null, this.pool));
        Run = Start(this.pool);
    }

    public ManualTime Time { get; } = new();
    public RecordedEvents Events { get; } = new();

    /// <summary>What is kept of the pool's sessions outlives the operator.</summary>
    public KeyShelf Keys { get; } = new();
    public PoolRun Run { get; private set; }

    /// <summary>Costs of deletion that were written, in order.</summary>
    public ConcurrentQueue<PodCost> Costs { get; } = [];

    /// <summary>What the API server was given.</summary>
    public BackendPoolStatus? Written { get; private set; }

    /// <summary>How the API server takes a status.</summary>
    public Func<BackendPoolStatus, Task> Server { get; set; } = _ => Task.CompletedTask;

    /// <summary>What the pool's members are to hold; null before the first publication.</summary>
    public PoolState? Published =>
        Run.Channel.Current is { } publication
            ? JsonSerializer.Deserialize(publication.Pool.Span, ProtocolJson.Default.PoolState)
            : null;

    public void Set(params V1Pod[] pods)
    {
        foreach (var pod in pods)
        {
            directory.OnPod(new StoreChange<V1Pod>(null, pod));
        }
    }

    public void Set(BackendPool changed) => directory.OnPool(new StoreChange<BackendPool>(null, changed));

    /// <summary>The last stream of each pod.</summary>
    public Dictionary<string, MemberSession> Sessions { get; } = [];

    public MemberSession Attach(string pod, DrainReport? drain = null, bool provesKey = false) =>
        Sessions[pod] = Run.Channel.Attach(
            TestSidecar.Hello(pod) with
            {
                Drain = drain,
                ProvesKey = provesKey,
            },
            Time.GetUtcNow()
        );

    public void AttachAll(params ReadOnlySpan<string> pods)
    {
        foreach (var pod in pods)
        {
            Attach(pod);
        }
    }

    public SelfDirective Self(string pod) => Run.Channel.Current!.Selves[$"uid-{pod}"];

    /// <summary>The operator ends, and another one takes over from the status that was written last.</summary>
    public async Task RestartAsync()
    {
        await Run.DisposeAsync();
        var json = JsonSerializer.SerializeToUtf8Bytes(Written!, ApiJson.Default.BackendPoolStatus);
        var status = JsonSerializer.Deserialize(json, ApiJson.Default.BackendPoolStatus);
        Run = Start(pool with { Status = status });
    }

    /// <summary>Waits while time goes on: the writer may have written something else a moment ago.</summary>
    public Task WrittenAsync(Func<BackendPoolStatus, bool> condition, string what) =>
        Eventually.IsTrue(
            () =>
            {
                Time.Advance(TimeSpan.FromMilliseconds(100));
                return Written is { } status && condition(status);
            },
            what
        );

    public ValueTask DisposeAsync() => Run.DisposeAsync();

    private PoolRun Start(BackendPool from) =>
        new(
            from,
            new PoolRunContext
            {
                Epoch = ++epoch,
                Directory = directory,
                Events = Events,
                WriteStatus = async (_, _, status, token) =>
                {
                    await Server(status).WaitAsync(token);
                    Written = status;
                },
                SessionKeys = Keys,
                OperatorVersion = TestSidecar.Version,
                WriteCost = (_, cost, _) =>
                {
                    Costs.Enqueue(cost);
                    return Task.CompletedTask;
                },
                Changed = (_, _) => { },
                SettleTime = TimeSpan.FromSeconds(7),
                Time = Time,
                Logger = NullLogger.Instance,
            }
        );
}
