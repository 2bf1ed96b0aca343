using System.Collections.Concurrent;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Sessions;

namespace K8sLb.Operator.Trust;

/// <summary>
/// Keeps a ConfigMap with the authorities' certificates in each namespace that has a pool. One whose last pool has gone stays: it is
/// public, and pods may still mount it.
/// </summary>
internal sealed partial class BundlePublisher(IKubernetesClient client, TimeProvider time, ILogger logger)
{
    public const string Name = "k8slb-ca";
    public const string Entry = "ca.crt";

    private const string FieldManager = "k8slb-operator";
    private const int AtOnce = 8;

    /// <summary>What somebody deleted or changed is put right after so long.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (string Bundle, DateTimeOffset At)> published = new();
    private readonly ConcurrentDictionary<string, string> problems = new();

    public bool HasPublished(string @namespace) => published.ContainsKey(@namespace);

    /// <returns>Null where all is well.</returns>
    public string? Problem(string @namespace) => problems.GetValueOrDefault(@namespace);

    /// <summary>All of them, to compare with those of before.</summary>
    public string Problems => string.Join('\n', problems.OrderBy(p => p.Key, StringComparer.Ordinal));

    /// <summary>Another replica leads, or may have: what it did is not known.</summary>
    public void Forget()
    {
        published.Clear();
        problems.Clear();
    }

    /// <returns>False where it did not succeed everywhere.</returns>
    public async Task<bool> PublishAsync(
        string bundle,
        IReadOnlyCollection<string> namespaces,
        CancellationToken cancellationToken
    )
    {
        foreach (var gone in published.Keys.Union(problems.Keys).Except(namespaces, StringComparer.Ordinal))
        {
            published.TryRemove(gone, out _);
            problems.TryRemove(gone, out _);
        }
        var now = time.GetUtcNow();
        var due = namespaces.Where(n =>
            !published.TryGetValue(n, out var before) || before.Bundle != bundle || now - before.At >= Again
        );
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(due, limits, (n, token) => PublishAsync(n, bundle, now, token));
        return problems.IsEmpty;
    }

    private async ValueTask PublishAsync(
        string @namespace,
        string bundle,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await client.ApplyAsync(
                new V1ConfigMap
                {
                    Metadata = new V1ObjectMeta
                    {
                        Name = Name,
                        NamespaceProperty = @namespace,
                        Labels = new Dictionary<string, string>
                        {
                            [SecretKeyStore.ManagedByLabel] = SecretKeyStore.ManagedBy,
                        },
                    },
                    Data = new Dictionary<string, string> { [Entry] = bundle },
                },
                FieldManager,
                force: true,
                cancellationToken
            );
            published[@namespace] = (bundle, now);
            problems.TryRemove(@namespace, out _);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            published.TryRemove(@namespace, out _);
            if (Problem(@namespace) != e.Message)
            {
                LogFailed(@namespace, Name, e.Message);
            }
            problems[@namespace] = e.Message;
        }
    }

    [LoggerMessage(
        EventId = 342,
        Level = LogLevel.Warning,
        Message = "ConfigMap {Namespace}/{Name} could not be written, trying again: {Error}"
    )]
    private partial void LogFailed(string @namespace, string name, string error);
}
