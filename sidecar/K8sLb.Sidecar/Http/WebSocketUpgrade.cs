using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.WebSockets;
using Microsoft.AspNetCore.Http.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>Recognises requests that open a WebSocket, and makes what they open releasable.</summary>
internal static class WebSocketUpgrade
{
    private const string Protocol = "websocket";

    /// <returns>Whether the request asks for a WebSocket.</returns>
    public static bool Prepare(HttpContext context, HttpClientConnection connection, TimeProvider clock)
    {
        if (connection.Tracked.Protocol == ClientProtocol.Http2)
        {
            if (
                context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true } connect
                || !Protocol.Equals(connect.Protocol, StringComparison.OrdinalIgnoreCase)
            )
            {
                return false;
            }
            context.Features.Set<IHttpExtendedConnectFeature>(
                new ReleasableConnect(connect, stream => Wrap(stream, connection, clock, context.Abort))
            );
            return true;
        }
        if (
            !Protocol.Equals(context.Request.Headers.Upgrade, StringComparison.OrdinalIgnoreCase)
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
        )
        {
            return false;
        }
        context.Features.Set<IHttpUpgradeFeature>(
            new ReleasableUpgrade(
                upgrade,
                stream =>
                {
                    var webSocket = Wrap(stream, connection, clock, connection.Close);
                    // The whole connection is the WebSocket from now on.
                    connection.Tracked.Upgrade(ClientProtocol.WebSocket);
                    return webSocket;
                }
            )
        );
        return true;
    }

    private static ReleasableWebSocket Wrap(
        Stream stream,
        HttpClientConnection connection,
        TimeProvider clock,
        Action abort
    )
    {
        var webSocket = new ReleasableWebSocket(stream, connection, clock, abort);
        connection.AddTunnel(webSocket);
        return webSocket;
    }
}
