using K8sLb.Sidecar.Configuration;

namespace K8sLb.Sidecar.Admin;

/// <summary>The admin port.</summary>
internal sealed class AdminServer(
    SidecarOptions options,
    AdminEndpoints endpoints,
    IServiceProvider services,
    ILoggerFactory loggers
) : IHostedService, IDisposable
{
    private readonly BareServer server = new(
        new AdminSide(options.ListenAddress, options.AdminAddress).Addresses,
        options.AdminPort,
        services,
        loggers
    );

    public Task StartAsync(CancellationToken cancellationToken) =>
        server.StartAsync(endpoints.ServeAsync, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();
}
