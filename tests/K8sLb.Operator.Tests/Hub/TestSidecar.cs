using System.Net;
using System.Text.Json;
using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Hub;

/// <summary>The sidecar's end of one control stream, line by line and by hand.</summary>
internal sealed class TestSidecar : IAsyncDisposable
{
    /// <summary>Of the sidecars that tests play.</summary>
    public const string Version = "1.2.3";

    private readonly HttpMessageInvoker http;
    private readonly LineContent content;
    private readonly HttpResponseMessage response;
    private readonly StreamReader lines;

    private TestSidecar(HttpMessageInvoker http, LineContent content, HttpResponseMessage response, StreamReader lines)
    {
        this.http = http;
        this.content = content;
        this.response = response;
        this.lines = lines;
    }

    public static Hello Hello(string pod, string? uid = null, string ns = "default") =>
        new()
        {
            ProtocolVersion = ControlStream.ProtocolVersion,
            PodNamespace = ns,
            PodName = pod,
            PodUid = uid ?? $"uid-{pod}",
            SidecarVersion = Version,
            Instance = Guid.NewGuid().ToString("n"),
            PeerAddress = "127.0.0.1",
            PeerPort = 15008,
            PeerCredential = $"credential-{pod}",
        };

    /// <summary>Opens the stream and says nothing.</summary>
    public static async Task<TestSidecar> DialAsync(Uri hub, Credentials? credentials = null)
    {
        var http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                // As a sidecar finds an operator that is there and says nothing.
                KeepAlivePingDelay = TimeSpan.FromSeconds(2),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(2),
                SslOptions = credentials?.Tls() ?? new(),
            }
        );
        var content = new LineContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub, ControlStream.AttachPath))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
            Headers = { Authorization = credentials?.Token is { } token ? new("Bearer", token) : null },
        };
        var response = await http.SendAsync(request, CancellationToken.None);
        response.EnsureSuccessStatusCode();
        return new TestSidecar(http, content, response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public static async Task<TestSidecar> AttachAsync(Uri hub, Hello hello, Credentials? credentials = null)
    {
        var sidecar = await DialAsync(hub, credentials);
        await sidecar.SendAsync(new SidecarMessage { Hello = hello });
        return sidecar;
    }

    public Task SendAsync(SidecarMessage message) =>
        SendAsync([.. JsonSerializer.SerializeToUtf8Bytes(message, ProtocolJson.Default.SidecarMessage), (byte)'\n']);

    public Task SendAsync(byte[] bytes) => content.SendAsync(bytes);

    public Task AcknowledgeAsync(MemberSnapshot snapshot) =>
        SendAsync(
            new SidecarMessage
            {
                Ack = new SnapshotAck { Nonce = snapshot.Nonce, Version = new(snapshot.Epoch, snapshot.Version) },
            }
        );

    /// <returns>Null at the end of the stream.</returns>
    public async Task<OperatorMessage?> ReadAsync() => await NextAsync() is { } line ? Parse(line) : null;

    /// <summary>As the operator wrote it.</summary>
    public async Task<string> ReadLineAsync() =>
        await NextAsync() ?? throw new InvalidOperationException("the stream has ended");

    public static OperatorMessage Parse(string line) =>
        JsonSerializer.Deserialize(line, ProtocolJson.Default.OperatorMessage)!;

    private async Task<string?> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await lines.ReadLineAsync(limit.Token);
    }

    public async Task<MemberSnapshot> ReadSnapshotAsync() =>
        (await ReadAsync())?.Snapshot ?? throw new InvalidOperationException("not a snapshot");

    public async Task<Refusal> ReadRefusalAsync() =>
        (await ReadAsync())?.Refusal ?? throw new InvalidOperationException("not a refusal");

    public async Task<Welcome> ReadWelcomeAsync() =>
        (await ReadAsync())?.Welcome ?? throw new InvalidOperationException("not a welcome");

    /// <summary>Ends the sending half, as a sidecar does that stops.</summary>
    public void EndSending() => content.End();

    public ValueTask DisposeAsync()
    {
        content.End();
        lines.Dispose();
        response.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class LineContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task SendAsync(byte[] bytes)
        {
            var stream = await opened.Task;
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
        }

        public void End() => ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            opened.SetResult(stream);
            await ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
