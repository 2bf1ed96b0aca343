using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Pools;
using K8sLb.Operator.Sessions;
using K8sLb.Operator.Trust;
using K8sLb.Operator.Webhooks;

namespace K8sLb.Operator.Hosting;

/// <summary>
/// Everything that runs until the process stops: informers (a replica that does not lead keeps its stores warm), events,
/// the election, and during a term the reconciler.
/// </summary>
internal sealed partial class OperatorLoops : BackgroundService
{
    /// <summary>Answers and numbers of many sidecars come at once: one decision for all of them.</summary>
    private static readonly TimeSpan ProgressDelay = TimeSpan.FromMilliseconds(100);

    private readonly IKubernetesClient client;
    private readonly OperatorOptions options;
    private readonly Informer<BackendPool> pools;
    private readonly Informer<V1Pod> pods;
    private readonly EventRecorder events;
    private readonly LeaderElector elector;
    private readonly Leading leading;
    private readonly TrustLoop trust;
    private readonly ServerCertificateInUse certificate;
    private readonly WebhookUpkeep webhooks;
    private readonly ServerFeatures features;
    private readonly PoolDirectory directory;
    private readonly ControllerLoop<BackendPool> controller;
    private readonly IHostApplicationLifetime lifetime;
    private readonly TimeProvider time;
    private readonly ILogger<OperatorLoops> logger;

    public OperatorLoops(
        IKubernetesClient client,
        OperatorOptions options,
        Informer<BackendPool> pools,
        Informer<V1Pod> pods,
        EventRecorder events,
        LeaderElector elector,
        Leading leading,
        TrustLoop trust,
        ServerCertificateInUse certificate,
        WebhookUpkeep webhooks,
        ServerFeatures features,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        this.client = client;
        this.options = options;
        this.pools = pools;
        this.pods = pods;
        this.events = events;
        this.elector = elector;
        this.leading = leading;
        this.trust = trust;
        this.certificate = certificate;
        this.webhooks = webhooks;
        this.features = features;
        this.lifetime = lifetime;
        this.time = time;
        logger = loggers.CreateLogger<OperatorLoops>();
        directory = new PoolDirectory(key => controller!.Enqueue(key));
        // The directory hears of a change before the reconciler does.
        pools.Subscribe(directory.OnPool);
        pods.Subscribe(directory.OnPod);
        pools.Subscribe(change => trust.OnPool(change.Latest.Key().Namespace));
        trust.ProblemChanged += EnqueueAll;
        controller = new ControllerLoop<BackendPool>(
            pools,
            new PoolController(leading),
            new ControllerOptions { Name = "backendpools" },
            loggers.CreateLogger<ControllerLoop<BackendPool>>(),
            time
        );
    }

    public PoolDirectory Directory => directory;

    public bool IsReady =>
        pools.HasSynced
        && pods.HasSynced
        && (!options.NeedsCertificate || certificate.Current is not null)
        // Else the first pods would get another kind of sidecar than the next.
        && (options.WebhookListen is null || (features.Version is not null && webhooks.HasRegistered));

    /// <summary>
    /// Stops with the application, not with this service: the streams must end before the server waits for its requests.
    /// </summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        // Events of the last moments are sent after everybody else has ended.
        using var stopEvents = new CancellationTokenSource();
        var recording = events.RunAsync(stopEvents.Token);
        Task[] loops =
        [
            pools.RunAsync(stop.Token),
            pods.RunAsync(stop.Token),
            CampaignAsync(stop.Token),
            .. options.NeedsCertificate ? [trust.RunAsync(stop.Token)] : Array.Empty<Task>(),
            .. options.WebhookListen is not null ? [webhooks.RunAsync(stop.Token)] : Array.Empty<Task>(),
        ];
        // None of them ends before the stop; if one did all the same, going on without it would be worse than a restart.
        var first = await Task.WhenAny(loops);
        await stop.CancelAsync();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopEvents.CancelAsync();
        await recording;
        if (first.IsFaulted)
        {
            await first;
        }
    }

    public override void Dispose()
    {
        controller.Dispose();
        base.Dispose();
    }

    private async Task CampaignAsync(CancellationToken stop)
    {
        // A leader without pods and pools would have nothing to say.
        await Task.WhenAll(pools.WaitForSyncAsync(stop), pods.WaitForSyncAsync(stop));
        LogSynced(pools.Store.Items.Count, pods.Store.Items.Count);
        await elector.RunAsync(LeadAsync, stop);
    }

    private async Task LeadAsync(LeadershipTerm term)
    {
        var writes = new PoolWrites(client.FencedBy(() => term.IsHeld));
        await using var poolTerm = new PoolTerm(
            new PoolRunContext
            {
                Epoch = term.FencingNumber,
                IsHeld = () => term.IsHeld,
                Directory = directory,
                Events = new TermEvents(events, () => term.IsHeld),
                WriteStatus = writes.StatusAsync,
                SessionKeys = new SecretKeyStore(client.FencedBy(() => term.IsHeld)),
                TrustProblem = trust.Problem,
                WriteCost = writes.CostAsync,
                Changed = OnChanged,
                SettleTime = options.SettleTime,
                Time = time,
                Logger = logger,
            }
        );
        leading.Term = poolTerm;
        trust.OnLeading();
        webhooks.OnLeading();
        try
        {
            EnqueueAll();
            await controller.RunAsync(term.Ended);
        }
        finally
        {
            leading.Term = null;
        }
    }

    private void EnqueueAll()
    {
        foreach (var pool in pools.Store.Items.Keys)
        {
            controller.Enqueue(pool);
        }
    }

    private void OnChanged(ObjectKey pool, MemberChange change)
    {
        if (change == MemberChange.Presence)
        {
            controller.Enqueue(pool);
        }
        else
        {
            controller.EnqueueAfter(pool, ProgressDelay);
        }
    }

    [LoggerMessage(EventId = 220, Level = LogLevel.Information, Message = "Synced: {Pools} pools, {Pods} pods")]
    private partial void LogSynced(int pools, int pods);
}
