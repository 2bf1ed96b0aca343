using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Identity;
using K8sLb.Operator.Pools;
using K8sLb.Operator.Trust;
using K8sLb.Operator.Webhooks;
using K8sLb.Telemetry;

namespace K8sLb.Operator.Hosting;

/// <summary>Puts the operator together.</summary>
public static class OperatorApplication
{
    /// <param name="telemetry">Of the process; null where that is not the operator's own.</param>
    public static WebApplication Build(
        OperatorOptions options,
        KubernetesClientConfiguration cluster,
        TimeProvider? time = null,
        ProcessTelemetry? telemetry = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        AddKubernetes(builder.Services, options, cluster);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Hub);
        builder.Services.AddSingleton<Leading>();
        builder.Services.AddSingleton<OperatorLoops>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OperatorLoops>());
        builder.Services.AddSingleton<IMemberAdmission>(services => new MemberAdmission(
            services.GetRequiredService<Leading>(),
            () => LeaderAddress.Of(services.GetRequiredService<LeaderElector>()),
            services.GetRequiredService<AttachPace>(),
            services.GetRequiredService<OperatorLoops>().Directory
        ));
        builder.Services.AddSingleton<AttachPace>();
        builder.Services.AddSingleton<AttachEndpoint>();
        AddIdentity(builder.Services, options, cluster);
        builder.Services.AddWebhooks(options, options.Namespace ?? cluster.Namespace);
        var app = builder.Build();
        app.Services.GetRequiredService<AttachEndpoint>().Map(app);
        app.Services.GetRequiredService<AdmissionEndpoints>().Map(app);
        app.MapGet("/healthz", () => "ok");
        app.MapGet("/readyz", (OperatorLoops loops) => loops.IsReady ? Results.Text("ok") : NotReady());
        if (telemetry is not null)
        {
            app.MapGet("/metrics", (HttpRequest request) => Metrics(telemetry.Scrape, request));
        }
        return app;
    }

    private static IResult Metrics(PrometheusScrape scrape, HttpRequest request)
    {
        var (contentType, text) = scrape.Read(request.Headers.Accept);
        return Results.Text(text, contentType);
    }

    private static void AddKubernetes(
        IServiceCollection services,
        OperatorOptions options,
        KubernetesClientConfiguration cluster
    )
    {
        var identity = LeaderElectionOptions.UniqueIdentity(options.PodName);
        services.AddSingleton<IKubernetesClient>(s => new KubernetesClient(
            cluster,
            ApiTypes.All,
            new KubernetesClientOptions { UserAgent = "k8slb-operator" },
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(new InformerOptions<BackendPool>());
        services.AddSingleton(new InformerOptions<V1Pod>());
        services.AddSingleton<Informer<BackendPool>>();
        services.AddSingleton<Informer<V1Pod>>();
        services.AddSingleton(
            new EventRecorderOptions { ReportingController = "k8slb.io/operator", ReportingInstance = identity }
        );
        services.AddSingleton<EventRecorder>();
        services.AddSingleton(
            new LeaderElectionOptions
            {
                Namespace = options.Namespace ?? cluster.Namespace,
                Name = "k8slb-operator",
                Identity = identity,
                Annotations = LeaderAddress.Annotate(options.AdvertisedUrl),
                LeaseDuration = options.LeaseDuration,
                RenewDeadline = options.LeaseRenewDeadline,
                RetryPeriod = options.LeaseRetryPeriod,
            }
        );
        services.AddSingleton<LeaderElector>();
    }

    private static void AddIdentity(
        IServiceCollection services,
        OperatorOptions options,
        KubernetesClientConfiguration cluster
    )
    {
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<UnprovenConnections>();
        if (options.Authentication == AuthenticationMode.TokenReview)
        {
            services.AddSingleton<ISidecarAuthentication, TokenAuthentication>();
        }
        else
        {
            services.AddSingleton<ISidecarAuthentication, NoAuthentication>();
        }
        var @namespace = options.Namespace ?? cluster.Namespace;
        services.AddSingleton<ServerCertificateInUse>();
        services.AddSingleton(s => new TrustLoop(
            new AuthorityStore(LeadersClient(s), @namespace),
            new BundlePublisher(
                LeadersClient(s),
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<BundlePublisher>>()
            ),
            s.GetRequiredService<ServerCertificateInUse>(),
            new TrustLoopOptions
            {
                Names = OperatorNames.Of(options.ServiceName, @namespace),
                IsLeader = () => s.GetRequiredService<LeaderElector>().IsLeader,
                Namespaces = () => Namespaces(s.GetRequiredService<Informer<BackendPool>>()),
                Periods = options.TrustPeriods,
            },
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<TrustLoop>>()
        ));
    }

    private static HashSet<string> Namespaces(Informer<BackendPool> pools) =>
        pools.Store.Items.Keys.Select(p => p.Namespace).ToHashSet(StringComparer.Ordinal);

    private static IKubernetesClient LeadersClient(IServiceProvider services)
    {
        var elector = services.GetRequiredService<LeaderElector>();
        return services.GetRequiredService<IKubernetesClient>().FencedBy(() => elector.IsLeader);
    }

    private static IResult NotReady() =>
        Results.Text("not synced", statusCode: StatusCodes.Status503ServiceUnavailable);
}
