using System.Collections.Concurrent;
using K8sLb.Kubernetes;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>
/// Speaks the control stream as a sidecar does, with connections that the test makes up: dials again when a stream ends,
/// acknowledges, reports, follows the directive.
/// </summary>
internal sealed class LiveSidecar : IAsyncDisposable
{
    private readonly Func<Uri> hub;
    private readonly Hello hello;
    private readonly Func<Task<Credentials?>> credentials;
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;
    private volatile MemberSnapshot? snapshot;
    private volatile DrainReport? drain;
    private readonly ConcurrentQueue<string> refusals = new();
    private Uri? leader;
    private int connections = 10;

    public LiveSidecar(Func<Uri> hub, Hello hello, Func<Task<Credentials?>> credentials)
    {
        this.credentials = credentials;
        this.hub = hub;
        this.hello = hello;
        running = Task.Run(RunAsync);
    }

    /// <summary>What is in force; null until the first one came.</summary>
    public MemberSnapshot? Snapshot => snapshot;

    /// <summary>A snapshot of an earlier term came after one of a later.</summary>
    public bool WentBack { get; private set; }

    public DrainDirective? Directive => snapshot?.Self.Drain;

    /// <summary>
    /// Why streams were refused or ended, in their order. More may follow on the one that is waited for: it dials again soon.
    /// </summary>
    public IReadOnlyCollection<string> Refusals => refusals;

    public int Connections
    {
        get => Volatile.Read(ref connections);
        set => Volatile.Write(ref connections, value);
    }

    /// <summary>Set: every snapshot is refused with this error.</summary>
    public string? RefuseWith { get; set; }

    public MemberDirective? Sees(string pod) => snapshot?.Pool.Members.SingleOrDefault(m => m.Name == pod);

    /// <summary>The last connection has gone.</summary>
    public void FinishDrain()
    {
        Connections = 0;
        drain = drain! with { Progress = DrainProgress.Released, Remaining = 0, Released = drain.Initial };
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var dialled = leader ?? hub();
                leader = null;
                var held = snapshot is { } s ? new SnapshotVersion(s.Epoch, s.Version) : (SnapshotVersion?)null;
                await using var stream = await TestSidecar.AttachAsync(
                    dialled,
                    hello with
                    {
                        Held = held,
                        Drain = drain,
                    },
                    await credentials()
                );
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                var reporting = ReportAsync(stream, ended.Token);
                await ReadAsync(stream).WaitAsync(stop.Token);
                await ended.CancelAsync();
                await reporting;
            }
            catch (Exception e)
                when (e
                        is HttpRequestException
                            or IOException
                            or OperationCanceledException
                            or KubernetesException
                            or TimeoutException
                )
            {
                // Dial again, as long as the test runs.
            }
            // A sidecar's own pause between dials: a hub that is away says nothing when it is back.
            await Task.Delay(50, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(TestSidecar stream)
    {
        while (await stream.ReadAsync() is { } message)
        {
            if (message.Refusal is { } refusal)
            {
                refusals.Enqueue(refusal.Reason);
            }
            leader = message.Refusal?.Leader is { } named ? new Uri(named) : null;
            if (message.Snapshot is not { } next)
            {
                continue;
            }
            if (RefuseWith is { } error)
            {
                await stream.SendAsync(
                    new SidecarMessage
                    {
                        Nack = new() { Nonce = next.Nonce, Error = error },
                    }
                );
                continue;
            }
            WentBack |= next.Epoch < snapshot?.Epoch;
            snapshot = next;
            Follow(next.Self.Drain);
            await stream.AcknowledgeAsync(next);
        }
    }

    private void Follow(DrainDirective? directive)
    {
        if (directive?.Id != drain?.Id)
        {
            drain = directive is null
                ? null
                : new DrainReport
                {
                    Id = directive.Id,
                    Reason = directive.Reason,
                    StartedAt = directive.StartedAt,
                    Deadline = directive.Deadline,
                    Progress = DrainProgress.RampDown,
                    Initial = Connections,
                    Remaining = Connections,
                };
        }
    }

    private async Task ReportAsync(TestSidecar stream, CancellationToken ended)
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            do
            {
                await stream.SendAsync(new SidecarMessage { Report = Report() });
            } while (await timer.WaitForNextTickAsync(ended));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The stream has ended.
        }
    }

    private MemberReport Report() =>
        new()
        {
            InForce = snapshot is { } s ? new SnapshotVersion(s.Epoch, s.Version) : null,
            Connections = new ConnectionCounts { Http1 = Connections },
            Totals = new ConnectionTotals(),
            Drain = drain is { Progress: DrainProgress.RampDown } running
                ? running with
                {
                    Remaining = Connections,
                }
                : drain,
        };
}
