using System.Net;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace K8sLb.Sidecar.Admin;

/// <summary>The admin port: Kestrel without a web host around it, which would double what it takes to start.</summary>
internal sealed class AdminServer : IHostedService, IDisposable
{
    private readonly AdminEndpoints endpoints;
    private readonly KestrelServer server;

    public AdminServer(
        SidecarOptions options,
        AdminEndpoints endpoints,
        IServiceProvider services,
        ILoggerFactory loggers
    )
    {
        this.endpoints = endpoints;
        var kestrel = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        if (options.ListenAddress.Equals(IPAddress.Any))
        {
            kestrel.ListenAnyIP(options.AdminPort);
        }
        else
        {
            kestrel.Listen(options.ListenAddress, options.AdminPort);
        }
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        server = new(Options.Create(kestrel), sockets, loggers);
    }

    public Task StartAsync(CancellationToken cancellationToken) =>
        server.StartAsync(new BareApplication(endpoints.ServeAsync), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();
}
