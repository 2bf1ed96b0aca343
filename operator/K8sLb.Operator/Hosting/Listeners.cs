using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using K8sLb.Operator.Identity;
using K8sLb.Operator.Trust;
using K8sLb.Operator.Webhooks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace K8sLb.Operator.Hosting;

/// <summary>The listeners, and the limits of long-lived streams and of strangers.</summary>
internal static class Listeners
{
    /// <summary>A sidecar has one stream; while it dials again, the one before may not have ended.</summary>
    private const int StreamsOfConnection = 4;

    public static void Configure(KestrelServerOptions kestrel, OperatorOptions options)
    {
        // A control stream lasts as long as its pod and is silent for seconds: it has time limits of its own, and a peer
        // that vanished without a word is found by HTTP/2 PING.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsOfConnection;
        // A connection without a stream, or with half a request, is of no use to a sidecar.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        kestrel.AddServerHeader = false;
        var unproven = kestrel.ApplicationServices.GetRequiredService<UnprovenConnections>();
        var certificate = kestrel.ApplicationServices.GetRequiredService<ServerCertificateInUse>();
        Listen(
            kestrel,
            options.Listen,
            HttpProtocols.Http2,
            listener =>
            {
                listener.Use(next => connection => unproven.RunAsync(connection, next));
                if (options.UsesTls)
                {
                    listener.UseHttps(Tls(certificate, SslApplicationProtocol.Http2));
                }
            }
        );
        Listen(kestrel, options.HealthListen, HttpProtocols.Http1, _ => { });
        if (options.WebhookListen is { } webhooks)
        {
            // HTTP/1.1: an API server opens as many connections as it has questions, where HTTP/2 would be held to the few streams above.
            Listen(
                kestrel,
                webhooks,
                HttpProtocols.Http1,
                listener =>
                {
                    listener.UseHttps(Tls(certificate, SslApplicationProtocol.Http11));
                    listener.Use(next =>
                        connection =>
                        {
                            connection.Features.Set<IWebhookConnection>(WebhookConnection.Instance);
                            return next(connection);
                        }
                    );
                }
            );
        }
    }

    private static TlsHandshakeCallbackOptions Tls(
        ServerCertificateInUse certificate,
        SslApplicationProtocol protocol
    ) =>
        new()
        {
            HandshakeTimeout = TimeSpan.FromSeconds(5),
            OnConnection = _ =>
                ValueTask.FromResult(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext =
                            certificate.Current?.Context
                            ?? throw new AuthenticationException("there is no certificate yet"),
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        ApplicationProtocols = [protocol],
                        AllowRenegotiation = false,
                    }
                ),
        };

    /// <exception cref="FormatException">Not an address to listen on.</exception>
    private static void Listen(
        KestrelServerOptions kestrel,
        string url,
        HttpProtocols protocols,
        Action<ListenOptions> configure
    )
    {
        var address = BindingAddress.Parse(url);
        if (address.Host is "*" or "+")
        {
            kestrel.ListenAnyIP(address.Port, Configure);
        }
        else if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            kestrel.Listen(ip, address.Port, Configure);
        }
        else
        {
            throw new FormatException(
                $"\"{url}\": must be https://IP:PORT or http://IP:PORT, with * for every address"
            );
        }

        void Configure(ListenOptions listener)
        {
            listener.Protocols = protocols;
            configure(listener);
        }
    }
}
