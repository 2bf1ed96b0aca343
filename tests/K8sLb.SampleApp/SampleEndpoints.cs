using System.Net.WebSockets;

namespace K8sLb.SampleApp;

/// <summary>What the sample application answers. Every response names the pod in the header <c>x-pod</c>.</summary>
internal static class SampleEndpoints
{
    private const int LongestDelayMs = 2_000;
    private const int LargestBody = 16 * 1024 * 1024;

    public static void MapSample(this WebApplication app, string podName)
    {
        app.Use(
            (context, next) =>
            {
                context.Response.Headers["x-pod"] = podName;
                return next(context);
            }
        );
        app.MapGet("/", context => context.Response.WriteAsync(podName, context.RequestAborted));
        var health = new Health(TimeProvider.System);
        app.Use(health.AnswerAsync);
        app.MapGet("/healthz", context => context.Response.WriteAsync("ok", context.RequestAborted));
        app.MapGet(
            Health.SwitchPath,
            context =>
            {
                health.BeUnwell(Number(context, "warning"), Number(context, "seconds"));
                return context.Response.WriteAsync("ok", context.RequestAborted);
            }
        );
        app.MapGet("/slow", context => Slow(context, podName));
        app.MapGet("/bytes", Bytes);
        app.MapPost("/echo", Echo);
        // CONNECT as well: WebSocket over HTTP/2 is an extended CONNECT (RFC 8441).
        app.MapMethods("/ws", ["GET", "CONNECT"], EchoMessages);
        app.MapPost("/shop.Shop/Echo", GrpcEndpoints.Echo);
        app.MapPost("/shop.Shop/Chat", GrpcEndpoints.Chat);
    }

    /// <summary>Answers after <c>ms</c> milliseconds, at most two seconds: the slowness that is asked for.</summary>
    private static async Task Slow(HttpContext context, string podName)
    {
        await Task.Delay(Math.Min(Number(context, "ms"), LongestDelayMs), context.RequestAborted);
        await context.Response.WriteAsync(podName, context.RequestAborted);
    }

    /// <summary>Answers with <c>n</c> bytes, at most 16 MiB.</summary>
    private static async Task Bytes(HttpContext context)
    {
        var left = Math.Min(Number(context, "n"), LargestBody);
        context.Response.ContentLength = left;
        var block = new byte[Math.Min(left, 64 * 1024)];
        block.AsSpan().Fill((byte)'k');
        while (left > 0)
        {
            var size = Math.Min(left, block.Length);
            await context.Response.Body.WriteAsync(block.AsMemory(0, size), context.RequestAborted);
            left -= size;
        }
    }

    private static Task Echo(HttpContext context)
    {
        context.Response.ContentLength = context.Request.ContentLength;
        context.Response.ContentType = context.Request.ContentType;
        return context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task EchoMessages(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            await EchoUntilClosed(socket, context.RequestAborted);
        }
        catch (WebSocketException)
        {
            // The client went away without a close frame: nobody is left to tell.
        }
    }

    private static async Task EchoUntilClosed(WebSocket socket, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                var status = socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure;
                await socket.CloseOutputAsync(status, socket.CloseStatusDescription, cancellation);
                return;
            }
            await socket.SendAsync(
                buffer.AsMemory(0, received.Count),
                received.MessageType,
                received.EndOfMessage,
                cancellation
            );
        }
    }

    /// <summary>A missing or unreadable number counts as 0.</summary>
    private static int Number(HttpContext context, string name) =>
        int.TryParse(context.Request.Query[name], out var number) && number > 0 ? number : 0;
}
