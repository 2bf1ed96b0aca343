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
                new ReleasableConnect(connect, stream => WrapStream(context, connection, stream, clock))
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
            new ReleasableUpgrade(upgrade, stream => WrapConnection(context, connection, stream, clock))
        );
        return true;
    }

    /// <summary>The whole connection is the WebSocket from now on.</summary>
    private static ReleasableWebSocket WrapConnection(
        HttpContext context,
        HttpClientConnection connection,
        Stream stream,
        TimeProvider clock
    )
    {
        var webSocket = new ReleasableWebSocket(
            stream,
            connection.Tracked,
            clock,
            context.Abort,
            () => connection.HasUnreadInput
        );
        connection.Tracked.Upgrade(ClientProtocol.WebSocket, webSocket);
        return webSocket;
    }

    /// <summary>One stream among others of a connection that stays what it is.</summary>
    private static ReleasableWebSocket WrapStream(
        HttpContext context,
        HttpClientConnection connection,
        Stream stream,
        TimeProvider clock
    )
    {
        var webSocket = new ReleasableWebSocket(
            stream,
            connection.Tracked,
            clock,
            context.Abort,
            () => connection.HasUnreadInput
        );
        connection.AddTunnel(webSocket);
        webSocket.Ended += () => connection.RemoveTunnel(webSocket);
        return webSocket;
    }
}
