using System.Collections.Concurrent;
using System.Globalization;
using K8sLb.Kubernetes;
using K8sLb.Operator.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>Watches a pool's status, and holds against each what the one before had promised.</summary>
internal sealed class StatusHistory : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> steps = new();
    private readonly Dictionary<string, EndpointStatus> last = new(StringComparer.Ordinal);
    private readonly Task watching;
    private long version;

    public StatusHistory(IKubernetesClient client, string @namespace)
    {
        var options = new InformerOptions<BackendPool> { Namespace = @namespace };
        var informer = new Informer<BackendPool>(client, options, NullLogger<Informer<BackendPool>>.Instance);
        informer.Subscribe(change => Look(change.New?.Status));
        watching = informer.RunAsync(stop.Token);
    }

    /// <summary>Drains whose deadline more than one status had.</summary>
    public int DrainsFollowed { get; private set; }

    /// <summary>What went backwards.</summary>
    public IReadOnlyCollection<string> StepsBack => steps;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    private void Look(BackendPoolStatus? status)
    {
        if (status is null)
        {
            return;
        }
        if (status.Version is null ? version > 0 : status.Version < version)
        {
            Say($"version {version} became {status.Version}");
        }
        version = status.Version ?? version;
        foreach (var now in status.Endpoints ?? [])
        {
            if (last.TryGetValue(now.Uid, out var before))
            {
                Compare(before, now);
            }
            last[now.Uid] = now;
        }
    }

    private void Compare(EndpointStatus before, EndpointStatus now)
    {
        if (before.InServiceSince is { } since && now.InServiceSince != since)
        {
            Say($"{now.Pod}, in service since {since:O}: now {now.InServiceSince:O}");
        }
        if (before.Drain is not { } drain || before.Phase is Core.MemberPhase.Drained or Core.MemberPhase.Forced)
        {
            return;
        }
        // The kubelet called preStop before the operator's word was there: the sidecar's own drain counts, which nobody can stop.
        if (drain.StartedBySidecar != true && now.Drain?.StartedBySidecar == true && now.Drain.Id != drain.Id)
        {
            return;
        }
        if (now.Drain is not { } still || still.Id != drain.Id)
        {
            Say($"{now.Pod}: drain {drain.Id} is gone before its end ({before.Phase} to {now.Phase})");
            return;
        }
        DrainsFollowed++;
        if (still.Deadline != drain.Deadline || still.StartedAt != drain.StartedAt)
        {
            Say($"{now.Pod}: a drain from {drain.StartedAt:O} to {drain.Deadline:O} is now to {still.Deadline:O}");
        }
        if (before.Phase is Core.MemberPhase.Draining && now.Phase is Core.MemberPhase.RampDown)
        {
            Say($"{now.Pod}: from {before.Phase} back to {now.Phase}");
        }
    }

    private void Say(string what) =>
        steps.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {what}"));
}
