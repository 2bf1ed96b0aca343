using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>An application behind a sidecar: HTTP/1.1 and HTTP/2 with prior knowledge on one port, bare TCP on another.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private const int Http1Port = 8091;
    private const int Http2Port = 8092;
    public const int Port = 8081;
    public const int EchoPort = 8082;
    private readonly WebApplication app;
    private readonly VersionSplitter splitter;
    private readonly RawEchoServer echo;

    private TestApp(WebApplication app, VersionSplitter splitter, RawEchoServer echo)
    {
        (this.app, this.splitter, this.echo) = (app, splitter, echo);
    }

    /// <summary>Answers to /gate wait for it.</summary>
    public TaskCompletionSource Gate { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Requests that wait at the gate.</summary>
    public int Waiting => waiting;
    private int waiting;

    /// <summary>The status with which /healthz is answered.</summary>
    public int Health { get; set; } = 200;

    /// <summary>The status with which every request is answered at once; 0 serves them.</summary>
    public int Fails { get; set; }

    /// <summary>Requests that named their client with x-client, and when they came.</summary>
    public ConcurrentQueue<(string Client, long At)> Visits { get; } = [];

    /// <summary>Requests that were taken.</summary>
    public int Served => served;
    private int served;
    private int disposed;

    /// <summary>The Close status that WebSockets ended with here, null for one that broke off.</summary>
    public List<WebSocketCloseStatus?> Closes { get; } = [];

    /// <summary>Messages that WebSockets received whole.</summary>
    public List<int> Messages { get; } = [];

    public static async Task<TestApp> StartAsync(IPAddress address, string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, Http1Port, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(address, Http2Port, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        var app = builder.Build();
        var splitter = new VersionSplitter(new(address, Port), new(address, Http1Port), new(address, Http2Port));
        var test = new TestApp(app, splitter, new(new(address, EchoPort), name));
        app.UseWebSockets();
        app.Use(
            (context, next) =>
            {
                Interlocked.Increment(ref test.served);
                if (context.Request.Headers["x-client"] is [{ } client])
                {
                    test.Visits.Enqueue((client, Stopwatch.GetTimestamp()));
                }
                context.Response.Headers["x-served-by"] = name;
                if (test.Fails != 0)
                {
                    context.Response.StatusCode = test.Fails;
                    return Task.CompletedTask;
                }
                return next(context);
            }
        );
        test.Map(name);
        await app.StartAsync();
        splitter.Start();
        test.echo.Start();
        return test;
    }

    /// <summary>Breaks every open connection, in the middle of what it carries.</summary>
    public void BreakConnections() => splitter.Break();

    /// <summary>As a killed process: nothing accepts any more, what is open breaks.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }
        await splitter.DisposeAsync();
        await echo.DisposeAsync();
        Gate.TrySetResult();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private void Map(string name)
    {
        app.MapMethods("/", ["GET", "POST"], () => name);
        app.MapGet(
            "/gate",
            async () =>
            {
                Interlocked.Increment(ref waiting);
                await Gate.Task;
                Interlocked.Decrement(ref waiting);
                return name;
            }
        );
        app.MapGet("/healthz", () => Results.StatusCode(Health));
        app.MapPost("/grpc.health.v1.Health/Check", GrpcHealthAsync);
        app.MapGet("/download", DownloadAsync);
        app.MapGet("/trickle", TrickleAsync);
        app.MapPost("/upload", (Func<HttpContext, Task<string>>)UploadAsync);
        app.MapPost("/trailers", TrailersAsync);
        app.MapGet("/events", EventsAsync);
        app.Map("/ws", EchoAsync);
        app.MapFallback(
            (HttpContext context) =>
                string.Join('\n', context.Request.Headers.Select(h => $"{h.Key}: {h.Value}"))
                + $"\ntarget: {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}"
        );
    }

    private async Task DownloadAsync(HttpContext context)
    {
        var total = long.Parse(context.Request.Query["bytes"]!, CultureInfo.InvariantCulture);
        context.Response.ContentLength = total;
        var chunk = new byte[64 * 1024];
        for (long sent = 0; sent < total; )
        {
            var now = (int)Math.Min(chunk.Length, total - sent);
            await context.Response.Body.WriteAsync(chunk.AsMemory(0, now));
            sent += now;
            if (sent > total / 2)
            {
                await Gate.Task;
            }
        }
    }

    /// <summary>A byte at a time, slowly.</summary>
    private static async Task TrickleAsync(HttpContext context)
    {
        var left = int.Parse(context.Request.Query["bytes"]!, CultureInfo.InvariantCulture);
        for (; left > 0; left--)
        {
            await context.Response.Body.WriteAsync("."u8.ToArray());
            await context.Response.Body.FlushAsync();
            // The slowness itself.
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    private static async Task<string> UploadAsync(HttpContext context)
    {
        var buffer = new byte[64 * 1024];
        long total = 0;
        for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0; )
        {
            total += read;
        }
        return total.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>As a gRPC server: data, then the status in trailers.</summary>
    private static async Task TrailersAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.FlushAsync();
        var buffer = new byte[4096];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0; )
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
        }
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>SERVING but for the services "down" and "unknown".</summary>
    private static async Task GrpcHealthAsync(HttpContext context)
    {
        using var asked = new MemoryStream();
        await context.Request.Body.CopyToAsync(asked);
        var service = ServiceAsked(asked.ToArray());
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        if (service != "unknown")
        {
            await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, (byte)(service == "down" ? 2 : 1) });
        }
        context.Response.AppendTrailer("grpc-status", service == "unknown" ? "5" : "0");
    }

    /// <summary>Of a message with one field, whose length must fit what came.</summary>
    private static string ServiceAsked(byte[] message)
    {
        if (message.Length == 5)
        {
            return "";
        }
        var (length, from) = message[6] < 0x80 ? (message[6], 7) : ((message[6] & 0x7F) | (message[7] << 7), 8);
        return message.Length == from + length && message[4] == length + from - 5
            ? System.Text.Encoding.UTF8.GetString(message, from, length)
            : "down";
    }

    /// <summary>Sends its header at once, and an event when the gate opens.</summary>
    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync();
        await Gate.Task;
        await context.Response.WriteAsync("data: x\n\n");
    }

    private async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[256 * 1024];
        try
        {
            var length = 0;
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    Note(socket.CloseStatus);
                    await socket.CloseAsync(
                        socket.CloseStatus ?? WebSocketCloseStatus.Empty,
                        null,
                        CancellationToken.None
                    );
                    return;
                }
                length += part.Count;
                if (!part.EndOfMessage)
                {
                    continue;
                }
                lock (Messages)
                {
                    Messages.Add(length);
                }
                await EchoInFragmentsAsync(socket, buffer.AsMemory(0, length), part.MessageType);
                length = 0;
            }
        }
        catch (WebSocketException)
        {
            Note(null);
        }
    }

    private static async Task EchoInFragmentsAsync(WebSocket socket, Memory<byte> message, WebSocketMessageType type)
    {
        var half = message.Length / 2;
        if (half > 0)
        {
            await socket.SendAsync(message[..half], type, endOfMessage: false, CancellationToken.None);
        }
        await socket.SendAsync(message[half..], type, endOfMessage: true, CancellationToken.None);
    }

    private void Note(WebSocketCloseStatus? status)
    {
        lock (Closes)
        {
            Closes.Add(status);
        }
    }
}
