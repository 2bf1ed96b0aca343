using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Control;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Http;
using K8sLb.Sidecar.Http.Upstreams;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Relay;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Sessions;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace K8sLb.Sidecar;

/// <summary>Puts a sidecar together. Nothing is static, so that several can run in one process.</summary>
public static class SidecarHost
{
    /// <param name="ownSignals">Drain on SIGTERM and SIGINT; for the process of its own.</param>
    /// <param name="telemetry">Of the process; null where that is not the sidecar's own.</param>
    /// <exception cref="SnapshotFileException">Nothing usable says what the pool is.</exception>
    public static IHost Create(SidecarOptions options, bool ownSignals = false, ProcessTelemetry? telemetry = null)
    {
        // Empty: no configuration files, no file watchers, no environment variables but the sidecar's own.
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        builder
            .Logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Error);
        if (telemetry is not null)
        {
            builder.Services.AddSingleton(telemetry.Scrape);
        }
        AddSidecar(builder.Services, options, ownSignals);

        var host = builder.Build();
        host.Services.GetRequiredService<WorkRouter>();
        host.Services.GetRequiredService<SnapshotIntake>().Restore();
        return host;
    }

    private static void AddSidecar(IServiceCollection services, SidecarOptions options, bool ownSignals)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Random.Shared);
        // By then the drain is over: what is still open has been told, or has had its time.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        services.AddMetrics();
        services.AddSingleton<SidecarMetrics>();

        // The brain, whatever carries the bytes.
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<SnapshotInForce>();
        services.AddSingleton<MemberDrain>();
        services.AddSingleton<ProcessEnd>();
        services.AddSingleton<PeerLoads>();
        services.AddSingleton<MemberHealth>();
        services.AddSingleton<MemberAgent>();
        services.AddSingleton(_ => new HealthProbe(options.AppAddress));
        services.AddSingleton(_ => new AgentProbe(options.AppAddress));
        services.AddSingleton<WorkRouter>();
        services.AddSingleton<SessionsUnderWay>();
        services.AddSingleton<LiveSessions>();
        services.AddSingleton<ApplicationGate>();
        services.AddSingleton<WorkAdmission>();
        services.AddSingleton<SessionHandover>();
        services.AddSingleton<SnapshotIntake>();
        services.AddSingleton(provider => LoadCredential(options, provider));

        // The data paths.
        services.AddHttpForwarder();
        services.AddSingleton<UpstreamCounts>();
        services.AddSingleton<HttpDestinations>();
        services.AddSingleton<SessionRequests>();
        services.AddSingleton<RequestForwarding>();
        services.AddSingleton<HttpDataPath>();
        services.AddSingleton<IDataPath>(provider => provider.GetRequiredService<HttpDataPath>());
        services.AddSingleton<RelayRouting>();
        services.AddSingleton<RelayPolicy>();
        services.AddSingleton<IDataPath, RelayDataPath>();
        services.AddSingleton<PeerKeyRing>();
        services.AddSingleton<PeerGreetings>();
        services.AddSingleton<PeerReception>();
        services.AddSingleton(_ => new UnprovenPeers());
        services.AddSingleton<PeerPort>();
        services.AddSingleton<PoolListeners>();
        services.AddSingleton<ApplicationProbe>();
        services.AddSingleton<MemberReports>();
        services.AddSingleton<MemberStanding>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<DrainEndpoint>();
        services.AddSingleton<AdminEndpoints>();

        // Started in this order, stopped in reverse: what serves starts before what lets clients in.
        services.AddHostedService(provider => provider.GetRequiredService<HttpDataPath>());
        services.AddHostedService<RoutingClock>();
        services.AddHostedService<CircuitClock>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionHandover>());
        services.AddHostedService<UpstreamClock>();
        services.AddHostedService<HealthChecks>();
        services.AddHostedService<AgentChecks>();
        services.AddHostedService<ReleaseScheduler>();
        services.AddHostedService<Rebalancer>();
        services.AddHostedService<AgeLimits>();
        services.AddHostedService<PreStopLapse>();
        services.AddHostedService(provider => provider.GetRequiredService<PoolListeners>());
        services.AddHostedService<ControlStreamClient>();
        services.AddHostedService<AgentServer>();
        services.AddHostedService<HealthServer>();
        services.AddHostedService<AdminServer>();

        services.RemoveAll<IHostLifetime>();
        if (ownSignals)
        {
            services.AddSingleton<IHostLifetime, SignalLifetime>();
        }
        else
        {
            services.AddSingleton<IHostLifetime, CallerLifetime>();
        }
    }

    private static PeerCredential LoadCredential(SidecarOptions options, IServiceProvider provider)
    {
        var log = provider.GetRequiredService<ILogger<PeerCredential>>();
        return PeerCredential.LoadOrCreate(options.CredentialPath, e => SidecarLog.StateNotKept(log, e.Message));
    }

    /// <summary>Lives as long as whoever started it wants.</summary>
    private sealed class CallerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
