using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Trust;

namespace K8sLb.Operator.Webhooks;

/// <summary>
/// Keeps two things true that webhooks need: this process knows what the server can do, and the server knows by which authorities to
/// trust this process (the leader writes them into both configurations).
/// </summary>
internal sealed partial class WebhookUpkeep
{
    private const string FieldManager = "k8slb-operator";

    /// <summary>Rotation has days of notice.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    /// <summary>Until this replica leads, another one may write; and until there is an authority, nobody can.</summary>
    private static readonly TimeSpan FirstPace = TimeSpan.FromMilliseconds(500);

    /// <summary>What somebody changed is put right after so long; a server that was upgraded is seen.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly BackoffOptions Pauses = new()
    {
        Initial = TimeSpan.FromSeconds(1),
        Maximum = TimeSpan.FromSeconds(30),
    };

    private readonly IKubernetesClient client;
    private readonly AuthorityStore authorities;
    private readonly ServerFeatures features;
    private readonly WebhookUpkeepOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<WebhookUpkeep> logger;
    private readonly UpkeepLoop loop;
    private volatile bool registered;
    private DateTimeOffset? asked;
    private (string Bundle, DateTimeOffset At)? written;

    public WebhookUpkeep(
        IKubernetesClient client,
        AuthorityStore authorities,
        ServerFeatures features,
        WebhookUpkeepOptions options,
        TimeProvider time,
        ILogger<WebhookUpkeep> logger
    )
    {
        (this.client, this.authorities, this.features) = (client, authorities, features);
        (this.options, this.time, this.logger) = (options, time, logger);
        loop = new UpkeepLoop("webhooks", Pauses, Patience, OnFailed, time);
    }

    /// <summary>
    /// The server has been told whom to ask, or will not be: until then it lets pods in without a sidecar, so that whoever waits for
    /// this operator to be ready would still be too early.
    /// </summary>
    public bool HasRegistered => registered;

    /// <summary>A term began.</summary>
    public void OnLeading() => loop.Call();

    /// <summary>Ends by cancellation only.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => loop.RunAsync(StepAsync, cancellationToken);

    private async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        await AskAsync(cancellationToken);
        var leads = options.IsLeader();
        var done = !leads || await PublishAsync(cancellationToken);
        registered |= leads ? done : options.HasLeader();
        return done && HasRegistered ? Pace : FirstPace;
    }

    private void OnFailed(string why)
    {
        // Streams are served all the same.
        registered = true;
        LogFailed(why);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        if (asked is { } before && time.GetUtcNow() - before < Again)
        {
            return;
        }
        var version = await client.GetServerVersionAsync(cancellationToken);
        asked = time.GetUtcNow();
        if (features.Version?.GitVersion != version.GitVersion)
        {
            LogVersion(version.GitVersion ?? "of unknown version");
        }
        features.Version = version;
    }

    /// <returns>False where there is no authority yet.</returns>
    private async Task<bool> PublishAsync(CancellationToken cancellationToken)
    {
        if (options is { InjectionWebhook: null, ValidationWebhook: null })
        {
            return true;
        }
        var stored = await authorities.ReadAsync(cancellationToken);
        if (stored.Authorities.Count == 0)
        {
            return false;
        }
        var bundle = StoredAuthority.Bundle(stored.Authorities);
        var now = time.GetUtcNow();
        if (written is { } last && last.Bundle == bundle && now - last.At < Again)
        {
            return true;
        }
        await ApplyAsync(System.Text.Encoding.ASCII.GetBytes(bundle), cancellationToken);
        if (written?.Bundle != bundle)
        {
            LogWritten();
        }
        written = (bundle, now);
        return true;
    }

    /// <summary>These fields only: the rest of the configurations is whoever installed them's.</summary>
    private async Task ApplyAsync(byte[] bundle, CancellationToken cancellationToken)
    {
        if (options.InjectionWebhook is { } injection)
        {
            var configuration = new V1MutatingWebhookConfiguration
            {
                Metadata = new V1ObjectMeta { Name = injection },
                Webhooks = [Webhook(WebhookNames.Inject)],
            };
            await client.ApplyAsync(configuration, FieldManager, force: true, cancellationToken);
        }
        if (options.ValidationWebhook is { } validation)
        {
            var configuration = new V1ValidatingWebhookConfiguration
            {
                Metadata = new V1ObjectMeta { Name = validation },
                Webhooks = [Webhook(WebhookNames.Validate)],
            };
            await client.ApplyAsync(configuration, FieldManager, force: true, cancellationToken);
        }

        V1Webhook Webhook(string webhook) =>
            new()
            {
                Name = webhook,
                ClientConfig = new V1WebhookClientConfig { CaBundle = bundle },
            };
    }

    [LoggerMessage(EventId = 361, Level = LogLevel.Information, Message = "The API server is {Version}")]
    private partial void LogVersion(string version);

    [LoggerMessage(
        EventId = 362,
        Level = LogLevel.Information,
        Message = "The webhook configurations have the authorities of this operator"
    )]
    private partial void LogWritten();

    [LoggerMessage(EventId = 363, Level = LogLevel.Warning, Message = "Webhooks, trying again: {Problem}")]
    private partial void LogFailed(string problem);
}

internal sealed record WebhookUpkeepOptions
{
    public required Func<bool> IsLeader { get; init; }

    /// <summary>This replica or another one.</summary>
    public required Func<bool> HasLeader { get; init; }

    /// <inheritdoc cref="Hosting.OperatorOptions.InjectionWebhook"/>
    public string? InjectionWebhook { get; init; }

    /// <inheritdoc cref="Hosting.OperatorOptions.ValidationWebhook"/>
    public string? ValidationWebhook { get; init; }
}

/// <summary>As in the chart.</summary>
internal static class WebhookNames
{
    public const string Inject = "inject.k8slb.io";
    public const string Validate = "validate.k8slb.io";
}
