using System.Net;
using K8sLb.Sidecar.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace K8sLb.Sidecar.Admin;

/// <summary>Kestrel on one port, without a web host around it, which would double what it takes to start.</summary>
internal sealed class BareServer : IDisposable
{
    private readonly KestrelServer server;

    public BareServer(IEnumerable<IPAddress> addresses, int port, IServiceProvider services, ILoggerFactory loggers)
    {
        var kestrel = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        foreach (var address in addresses)
        {
            if (address.Equals(IPAddress.Any))
            {
                kestrel.ListenAnyIP(port);
            }
            else
            {
                kestrel.Listen(address, port);
            }
        }
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        server = new(Options.Create(kestrel), sockets, loggers);
    }

    public Task StartAsync(RequestDelegate serve, CancellationToken cancellation) =>
        server.StartAsync(new BareApplication(serve), cancellation);

    public Task StopAsync(CancellationToken cancellation) => server.StopAsync(cancellation);

    public void Dispose() => server.Dispose();
}
