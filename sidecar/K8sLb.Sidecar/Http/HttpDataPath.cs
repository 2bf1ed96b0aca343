using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// HTTP ports: Kestrel for the clients' side, without sockets of its own. Each connection is accepted by a
/// <see cref="PortListener"/>, told HTTP/1.1 from HTTP/2 by its first bytes, and handed to the matching endpoint; so one
/// port takes both in clear text, which Kestrel alone cannot.
/// </summary>
internal sealed class HttpDataPath : IDataPath, IHostedService, IDisposable
{
    /// <summary>
    /// Not <see cref="Timeout.InfiniteTimeSpan"/>: with a clock of nanoseconds Kestrel's sum overflows, and the next of its
    /// heartbeats, a second later, closes every idle connection.
    /// </summary>
    private static readonly TimeSpan NoTimeout = TimeSpan.FromDays(365);

    private readonly HandoffEndPoint http1 = new("http/1.1");
    private readonly HandoffEndPoint http2 = new("http/2");
    private readonly SocketConnectionContextFactory sockets;
    private readonly ConnectionRegistry registry;
    private readonly SnapshotInForce snapshots;
    private readonly SidecarMetrics metrics;
    private readonly ILogger log;
    private readonly TimeProvider clock;

    /// <summary>Most pools have no such port, and their sidecars neither the memory nor the time for Kestrel.</summary>
    private readonly Lazy<Task<KestrelServer>> server;

    public HttpDataPath(
        ConnectionRegistry registry,
        SnapshotInForce snapshots,
        SidecarMetrics metrics,
        TimeProvider clock,
        IServiceProvider services,
        ILoggerFactory loggers
    )
    {
        this.registry = registry;
        this.snapshots = snapshots;
        this.metrics = metrics;
        log = loggers.CreateLogger<HttpDataPath>();
        this.clock = clock;
        // One switch for both: inline completions pay only together with inline scheduling.
        var inline = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") == "1";
        sockets = new(
            new() { UnsafePreferInlineScheduling = inline },
            loggers.CreateLogger("K8sLb.Sidecar.Http.Transport")
        );
        server = new(() => StartServerAsync(services, loggers));
    }

    public bool Carries(PortPolicy port) => port is { Protocol: PortProtocol.Http, Mode: PortMode.Proxy };

    public IAsyncDisposable Listen(IPAddress address, Func<PortPolicy> policy) =>
        PortListener.Open(
            address,
            policy().Port,
            client => ServeAsync(client, new(policy(), FromPeer: false, ClientKey.Of(client.RemoteEndPoint))),
            metrics,
            log
        );

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (server.IsValueCreated)
        {
            await (await server.Value).StopAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            server.Value.Result.Dispose();
        }
        sockets.Dispose();
    }

    public async Task ServeAsync(Socket client, Arrival arrival)
    {
        var before = default(TcpAccount);
        if (arrival.FromPeer)
        {
            await PeerHandshake.AcceptAsync(client, CancellationToken.None);
            before = new(TcpAccount.TakenFrom(client), arrival.Said + PeerPreface.Accepted.Length);
        }
        var transport = sockets.Create(client);
        var connection = new HttpClientConnection(transport, arrival, before, registry, snapshots, clock);
        transport.Features.Set(connection);
        var handedOver = false;
        try
        {
            await server.Value;
            var version = await HttpVersionSniffer.SniffAsync(
                transport.Transport.Input,
                clock,
                transport.ConnectionClosed
            );
            if (version is not { } known)
            {
                return;
            }
            if (known == SniffedVersion.Http2)
            {
                connection.Tracked.Upgrade(ClientProtocol.Http2);
            }
            handedOver = (known == SniffedVersion.Http2 ? http2 : http1).TryHandOver(transport);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went before it said anything.
        }
        finally
        {
            if (!handedOver)
            {
                connection.Tracked.Close();
                await transport.DisposeAsync();
            }
        }
    }

    private async Task<KestrelServer> StartServerAsync(IServiceProvider services, ILoggerFactory loggers)
    {
        var started = new KestrelServer(Options.Create(ServerOptions(services)), new HandoffTransport(), loggers);
        var forwarding = services.GetRequiredService<RequestForwarding>();
        await started.StartAsync(new BareApplication(forwarding.HandleAsync, NoteRequestEnd), CancellationToken.None);
        return started;
    }

    /// <summary>The limits let through what the application would take; it has limits of its own.</summary>
    private KestrelServerOptions ServerOptions(IServiceProvider services)
    {
        var options = new KestrelServerOptions
        {
            ApplicationServices = services,
            AddServerHeader = false,
            AllowAlternateSchemes = true,
            // Header bytes pass as they are.
            RequestHeaderEncodingSelector = _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = _ => Encoding.Latin1,
        };
        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestHeaderCount = 1000;
        limits.MaxRequestHeadersTotalSize = 256 * 1024;
        limits.MaxRequestLineSize = 64 * 1024;
        limits.Http2.MaxRequestHeaderFieldSize = 64 * 1024;
        limits.Http2.MaxStreamsPerConnection = 1000;
        // See Listening/KeepAlive: closing an idle connection unasked loses the request that is on its way.
        limits.KeepAliveTimeout = NoTimeout;
        options.Listen(http1, listen => Configure(listen, HttpProtocols.Http1));
        options.Listen(http2, listen => Configure(listen, HttpProtocols.Http2));
        return options;
    }

    private static void Configure(ListenOptions listen, HttpProtocols protocol)
    {
        listen.Protocols = protocol;
        listen.Use(next => transport => TrackAsync(next, transport));
    }

    private static void NoteRequestEnd(HttpContext context) =>
        context.Features.GetRequiredFeature<HttpClientConnection>().NoteRequestEnd();

    private static async Task TrackAsync(ConnectionDelegate next, ConnectionContext transport)
    {
        var connection = transport.Features.GetRequiredFeature<HttpClientConnection>();
        connection.Attach(transport.Features.Get<IConnectionLifetimeNotificationFeature>());
        try
        {
            await next(transport);
        }
        finally
        {
            connection.Tracked.Close();
        }
    }
}
