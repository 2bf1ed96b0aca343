using System.Collections.Concurrent;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Kubernetes.Tests;

/// <summary>An elector at work, with a record of its terms.</summary>
internal sealed class RunningElector : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    /// <param name="work">Null: until the term ends.</param>
    public RunningElector(
        IKubernetesClient client,
        LeaderElectionOptions options,
        TimeProvider? time = null,
        Func<LeadershipTerm, Task>? work = null
    )
    {
        Elector = new LeaderElector(client, options, NullLogger<LeaderElector>.Instance, time);
        running = Elector.RunAsync(term => LeadAsync(term, work ?? UntilEndedAsync), stop.Token);
    }

    public LeaderElector Elector { get; }

    public ConcurrentQueue<LeadershipTerm> Terms { get; } = new();

    /// <summary>"start N" and "end N" with the fencing number, in the order in which they happened.</summary>
    public ConcurrentQueue<string> Log { get; init; } = new();

    public async Task<LeadershipTerm> LeadsAsync(int terms = 1)
    {
        await Eventually.IsTrue(
            () => Terms.Count >= terms,
            $"it leads for the {terms}. time",
            TimeSpan.FromSeconds(60)
        );
        return Terms.ElementAt(terms - 1);
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Without waiting for the work to return.</summary>
    public void RequestStop() => stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task LeadAsync(LeadershipTerm term, Func<LeadershipTerm, Task> work)
    {
        Log.Enqueue($"start {term.FencingNumber}");
        Terms.Enqueue(term);
        try
        {
            await work(term);
        }
        finally
        {
            Log.Enqueue($"end {term.FencingNumber}");
        }
    }

    private static Task UntilEndedAsync(LeadershipTerm term) => Endless.UntilCancelledAsync(term.Ended);
}
