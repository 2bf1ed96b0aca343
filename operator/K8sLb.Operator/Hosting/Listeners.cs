using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace K8sLb.Operator.Hosting;

/// <summary>The two listeners, and the limits of long-lived streams.</summary>
internal static class Listeners
{
    public static void Configure(KestrelServerOptions kestrel, OperatorOptions options)
    {
        // A control stream lasts as long as its pod and is silent for seconds: it has time limits of its own, and a peer
        // that vanished without a word is found by HTTP/2 PING.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        kestrel.AddServerHeader = false;
        Listen(kestrel, options.Listen, HttpProtocols.Http2);
        Listen(kestrel, options.HealthListen, HttpProtocols.Http1);
    }

    /// <exception cref="FormatException">Not an address to listen on.</exception>
    private static void Listen(KestrelServerOptions kestrel, string url, HttpProtocols protocols)
    {
        var address = BindingAddress.Parse(url);
        if (address.Host is "*" or "+")
        {
            kestrel.ListenAnyIP(address.Port, listener => listener.Protocols = protocols);
        }
        else if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            kestrel.Listen(ip, address.Port, listener => listener.Protocols = protocols);
        }
        else
        {
            throw new FormatException($"\"{url}\": must be http://IP:PORT, with * for every address");
        }
    }
}
