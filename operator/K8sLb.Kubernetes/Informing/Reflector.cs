using K8sLb.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace K8sLb.Kubernetes;

/// <summary>
/// The loop behind an informer: list, then watch from there. A watch that merely ended goes on from the last version seen, which
/// loses nothing; after anything that could hide a change (version expired, unreadable event) it lists again.
/// </summary>
internal sealed partial class Reflector<T>(
    IKubernetesClient client,
    InformerOptions<T> options,
    Informer<T> informer,
    ILogger logger,
    TimeProvider time
)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    // A watch that ends sooner and without a word is taken for a failure, or a broken proxy would be polled in a tight loop.
    private static readonly TimeSpan ShortestUsefulWatch = TimeSpan.FromSeconds(1);

    private static readonly string Resource = typeof(T).Name;

    private readonly Backoff backoff = new(options.Backoff);
    private string? resourceVersion;
    private string relistReason = "start";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (resourceVersion is null)
                {
                    await ListAsync(cancellationToken).ConfigureAwait(false);
                }
                if (await WatchAsync(cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }
            }
            catch (WatchSilentException e)
            {
                // No failure, and no reason to wait: it has waited all the time.
                CountRestart("silent");
                LogSilent(e, Resource, resourceVersion);
                continue;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                OnFailure(e);
            }
            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        KubernetesMetrics.Relists.Add(1, Tag("resource", Resource), Tag("reason", relistReason));
        var list = await client
            .ListAsync<T>(options.Namespace, options.LabelSelector, options.FieldSelector, cancellationToken)
            .ConfigureAwait(false);
        informer.OnListed(list);
        resourceVersion = list.Metadata.ResourceVersion;
        LogListed(Resource, list.Items.Count, resourceVersion, relistReason);
    }

    /// <returns>False where the watch was of no use and the next one has to wait.</returns>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var useful = false;
        var watch = client.WatchAsync<T>(
            options.Namespace,
            resourceVersion,
            options.LabelSelector,
            options.FieldSelector,
            new WatchOptions
            {
                Timeout = options.WatchTimeout * (1 + Random.Shared.NextDouble()),
                IdleTimeout = options.IdleTimeout,
            },
            cancellationToken
        );
        await foreach (var change in watch.ConfigureAwait(false))
        {
            informer.OnWatched(change);
            resourceVersion = change.ResourceVersion;
            if (!useful)
            {
                useful = true;
                backoff.Reset();
            }
        }
        CountRestart("closed");
        return useful || time.GetElapsedTime(started) >= ShortestUsefulWatch;
    }

    private void OnFailure(Exception e)
    {
        KubernetesMetrics.InformerFailures.Add(1, Tag("resource", Resource));
        if (resourceVersion is null)
        {
            LogListFailed(e, Resource, backoff.Failures + 1);
        }
        else if (e is KubernetesException { IsExpired: true })
        {
            resourceVersion = null;
            relistReason = "expired";
            LogExpired(Resource);
        }
        else if (LosesNothing(e))
        {
            CountRestart("failed");
            LogWatchFailed(e, Resource, resourceVersion, backoff.Failures + 1);
        }
        else
        {
            resourceVersion = null;
            relistReason = "gap";
            LogGap(e, Resource);
        }
    }

    private static bool LosesNothing(Exception e) =>
        e is HttpRequestException or IOException or TimeoutException
        || e is KubernetesException refused && (refused.Status.Code is 401 or 403 or 429 || refused.Status.Code >= 500);

    private static void CountRestart(string reason) =>
        KubernetesMetrics.WatchRestarts.Add(1, Tag("resource", Resource), Tag("reason", reason));

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    [LoggerMessage(
        EventId = 110,
        Level = LogLevel.Debug,
        Message = "Listed {Count} {Resource} at version {Version} ({Reason})"
    )]
    private partial void LogListed(string resource, int count, string? version, string reason);

    [LoggerMessage(
        EventId = 111,
        Level = LogLevel.Warning,
        Message = "Listing {Resource} failed {Failures} times in a row, trying again"
    )]
    private partial void LogListFailed(Exception e, string resource, int failures);

    [LoggerMessage(
        EventId = 112,
        Level = LogLevel.Information,
        Message = "The watch of {Resource} fell too far behind, listing again"
    )]
    private partial void LogExpired(string resource);

    [LoggerMessage(
        EventId = 113,
        Level = LogLevel.Warning,
        Message = "The watch of {Resource} broke at version {Version}, {Failures} failures in a row, going on from there"
    )]
    private partial void LogWatchFailed(Exception e, string resource, string version, int failures);

    [LoggerMessage(
        EventId = 114,
        Level = LogLevel.Warning,
        Message = "The watch of {Resource} sent what could not be read, listing again"
    )]
    private partial void LogGap(Exception e, string resource);

    [LoggerMessage(
        EventId = 115,
        Level = LogLevel.Debug,
        Message = "The watch of {Resource} was silent, watching again from version {Version}"
    )]
    private partial void LogSilent(Exception e, string resource, string? version);
}
