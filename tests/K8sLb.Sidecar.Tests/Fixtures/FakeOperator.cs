using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using K8sLb.Protocol;
using K8sLb.Sidecar.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>The operator's end of control streams, with its lines in a test's hands.</summary>
internal sealed class FakeOperator : IAsyncDisposable
{
    private const int Port = 15010;
    private readonly WebApplication app;
    private readonly Channel<FakeStream> streams = Channel.CreateUnbounded<FakeStream>();

    private readonly StrongBox<int> connections;
    private int requests;

    private FakeOperator(WebApplication app, IPAddress address, bool tls, StrongBox<int> connections)
    {
        this.connections = connections;
        this.app = app;
        Url = new($"{(tls ? "https" : "http")}://{address}:{Port}");
        app.Use(
            (context, next) =>
            {
                Interlocked.Increment(ref requests);
                return next(context);
            }
        );
        app.MapPost(ControlStream.AttachPath, (RequestDelegate)ServeAsync);
    }

    public Uri Url { get; }

    /// <summary>Also those that ended in their handshake.</summary>
    public int Connections => Volatile.Read(ref connections.Value);

    /// <summary>Requests of any kind.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>With a redirect instead of a stream, where one is set.</summary>
    public Uri? RedirectTo { get; set; }

    /// <param name="certificate">Speaks TLS with it; null for plain HTTP.</param>
    public static async Task<FakeOperator> StartAsync(IPAddress? at = null, X509Certificate2? certificate = null)
    {
        var address = at ?? LoopbackAddress.Next();
        var connections = new StrongBox<int>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(
                address,
                Port,
                listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(next =>
                        connection =>
                        {
                            Interlocked.Increment(ref connections.Value);
                            return next(connection);
                        }
                    );
                    if (certificate is not null)
                    {
                        listen.UseHttps(certificate);
                    }
                }
            );
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var fake = new FakeOperator(builder.Build(), address, certificate is not null, connections);
        await fake.app.StartAsync();
        return fake;
    }

    /// <summary>The next stream that a sidecar opens, its hello read.</summary>
    public async Task<FakeStream> NextAsync() =>
        await streams.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (RedirectTo is { } elsewhere)
        {
            context.Response.Redirect(elsewhere.ToString(), permanent: false, preserveMethod: true);
            return;
        }
        context.Response.ContentType = ControlStream.ContentType;
        await context.Response.Body.FlushAsync();
        var stream = new FakeStream(context);
        await stream.ReadHelloAsync();
        await streams.Writer.WriteAsync(stream);
        await stream.Ended;
    }
}

internal sealed class FakeStream
{
    private readonly HttpContext context;
    private readonly LineReader lines;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FakeStream(HttpContext context)
    {
        this.context = context;
        lines = new(context.Request.BodyReader, ControlStream.MaxLineBytes);
        Protocol = context.Request.Protocol;
        context.RequestAborted.Register(() => ended.TrySetResult());
    }

    public Task Ended => ended.Task;
    public string Protocol { get; }
    public string Authorization => context.Request.Headers.Authorization.ToString();
    public Hello Hello { get; private set; } = null!;

    /// <summary>All that the sidecar has said, as it said it.</summary>
    public List<string> Lines { get; } = [];

    public async Task ReadHelloAsync() => Hello = (await ReadAsync()).Hello.ShouldNotBeNull();

    public Task WelcomeAsync(bool takesTokens = false) =>
        SendAsync(
            new()
            {
                Welcome = new()
                {
                    ProtocolVersion = ControlStream.ProtocolVersion,
                    OperatorVersion = "test",
                    Epoch = 1,
                    TakesTokens = takesTokens,
                },
            }
        );

    public Task SendAsync(OperatorMessage message) =>
        SendLineAsync(JsonSerializer.Serialize(message, ProtocolJson.Default.OperatorMessage));

    public Task SendLineAsync(string line) => SendTextAsync(line + "\n");

    public async Task SendTextAsync(string text)
    {
        await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text));
        await context.Response.BodyWriter.FlushAsync();
    }

    /// <summary>The next answer to a snapshot; reports on the way are given to <paramref name="reports"/>.</summary>
    public async Task<SidecarMessage> AnswerAsync(List<MemberReport>? reports = null)
    {
        while (true)
        {
            var message = await ReadAsync();
            if (message.Report is null)
            {
                return message;
            }
            reports?.Add(message.Report);
        }
    }

    public async Task<MemberReport> ReportAsync(Func<MemberReport, bool> which)
    {
        while (true)
        {
            if ((await ReadAsync()).Report is { } report && which(report))
            {
                return report;
            }
        }
    }

    public void End() => ended.TrySetResult();

    private async Task<SidecarMessage> ReadAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var line = await lines.ReadAsync(limit.Token) ?? throw new IOException("the sidecar ended the stream");
        Lines.Add(Encoding.UTF8.GetString(line));
        var reader = new Utf8JsonReader(line);
        return JsonSerializer.Deserialize(ref reader, ProtocolJson.Default.SidecarMessage)!;
    }
}
