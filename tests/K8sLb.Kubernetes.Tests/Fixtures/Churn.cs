using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests;

/// <summary>Random creations, changes and deletions of pods, also while the server is away.</summary>
internal sealed class Churn(IKubernetesClient client, string @namespace, int names, int seed)
{
    private int done;

    /// <summary>Writes that the server acknowledged.</summary>
    public int Done => Volatile.Read(ref done);

    public async Task RunAsync(int workers, CancellationToken cancellationToken) =>
        await Task.WhenAll(
            Enumerable.Range(0, workers).Select(w => WorkAsync(new Random(seed + w), cancellationToken))
        );

    private async Task WorkAsync(Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await WriteAsync(random, $"pod-{random.Next(names)}");
                Interlocked.Increment(ref done);
            }
            catch (KubernetesException)
            {
                // Another worker was first, or the server is just coming or going.
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
            {
                await Task.Yield();
            }
        }
    }

    private async Task WriteAsync(Random random, string name)
    {
        switch (random.Next(4))
        {
            case 0:
                await client.DeleteAsync<V1Pod>(name, @namespace);
                break;
            case 1:
                await client.CreateAsync(Pod(@namespace, name, ("app", "shop")));
                break;
            default:
                var labels = new JsonObject { ["round"] = $"{random.Next()}" };
                var patch = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } };
                await client.PatchAsync<V1Pod>(V1Patch.Merge(patch), name, @namespace);
                break;
        }
    }
}
