using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Control;

/// <summary>One control stream, from its dial to its end.</summary>
internal sealed class ControlSession(
    HttpMessageInvoker http,
    Uri dial,
    OperatorToken? token,
    TimeSpan tokenPoll,
    SnapshotIntake intake,
    PeerLoads loads,
    MemberReports reports,
    MemberDrain drain,
    TimeProvider clock,
    ILogger log
)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReportTick = TimeSpan.FromMilliseconds(250);
    private const int TicksBetweenReports = 4;

    private AuthenticationHeaderValue? shown;
    private volatile bool takesTokens;

    /// <summary>The operator has answered, so this was no failure to reach it.</summary>
    public bool WasWelcomed { get; private set; }

    /// <summary>The operator's last word where it refused the stream.</summary>
    public Refusal? Refusal { get; private set; }

    /// <returns>Why the stream ended.</returns>
    /// <exception cref="HttpRequestException">The operator could not be reached, or the stream broke.</exception>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var outgoing = new OutgoingLines(ended.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(dial, ControlStream.AttachPath))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = outgoing,
        };
        try
        {
            shown = token is null ? null : await token.ReadAsync(ended.Token);
            request.Headers.Authorization = shown;
            await outgoing.SendAsync(new() { Hello = reports.Hello() });
            using var response = await SendAsync(request, ended.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return $"the operator answered {(int)response.StatusCode}";
            }
            var reporting = Task.WhenAll(ReportAsync(outgoing, ended.Token), RenewAsync(outgoing, ended.Token));
            try
            {
                return await ReadAsync(response, outgoing, ended.Token);
            }
            finally
            {
                await ended.CancelAsync();
                await reporting;
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            return await http.SendAsync(request, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"the operator did not answer within {AnswerTimeout.TotalSeconds:0} s");
        }
    }

    private async Task<string> ReadAsync(
        HttpResponseMessage response,
        OutgoingLines outgoing,
        CancellationToken cancellation
    )
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var lines = new LineReader(PipeReader.Create(body), ControlStream.MaxLineBytes);
        while (await lines.ReadAsync(cancellation) is { } line)
        {
            OperatorMessage? message;
            try
            {
                message = Parse(line);
            }
            catch (JsonException e)
            {
                await outgoing.SendAsync(
                    new()
                    {
                        Nack = new()
                        {
                            Nonce = SnapshotNonce.Find(line),
                            Error = $"not an operator's message: {e.Message}",
                        },
                    }
                );
                continue;
            }
            if (message?.Refusal is { } refusal)
            {
                Refusal = refusal;
                return $"the operator refused: {refusal.Reason}";
            }
            if (message?.Welcome is { } welcome)
            {
                WasWelcomed = true;
                takesTokens = welcome.TakesTokens;
                SidecarLog.Attached(log, dial, welcome.OperatorVersion, welcome.Epoch);
            }
            if (message?.Loads is { } told)
            {
                loads.Put(told);
            }
            if (message?.Snapshot is { } snapshot)
            {
                await outgoing.SendAsync(await TakeAsync(snapshot));
            }
        }
        return "the operator ended the stream";
    }

    private async Task<SidecarMessage> TakeAsync(MemberSnapshot snapshot) =>
        await intake.TakeAsync(snapshot) is { } error
            ? new()
            {
                Nack = new() { Nonce = snapshot.Nonce, Error = error },
            }
            : new()
            {
                Ack = new() { Nonce = snapshot.Nonce, Version = new(snapshot.Epoch, snapshot.Version) },
            };

    private static OperatorMessage? Parse(in ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        return JsonSerializer.Deserialize(ref reader, ProtocolJson.Default.OperatorMessage);
    }

    /// <summary>Once a second, four times a second while the member drains, and at the next of these when its health changed.</summary>
    private async Task ReportAsync(OutgoingLines outgoing, CancellationToken cancellation)
    {
        try
        {
            using var timer = new PeriodicTimer(ReportTick, clock);
            bool? toldHealthy = null;
            for (var tick = 0; ; tick++)
            {
                var report = reports.Report();
                if (
                    drain.Current is not null
                    || report.Health?.Healthy != toldHealthy
                    || tick % TicksBetweenReports == 0
                )
                {
                    outgoing.SendIfRoom(new() { Report = report });
                    toldHealthy = report.Health?.Healthy;
                }
                await timer.WaitForNextTickAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The stream has ended.
        }
    }

    /// <summary>The kubelet writes a newer token long before the one that was shown ends: the stream goes on by it.</summary>
    private async Task RenewAsync(OutgoingLines outgoing, CancellationToken cancellation)
    {
        if (token is null)
        {
            return;
        }
        try
        {
            using var timer = new PeriodicTimer(tokenPoll, clock);
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                if (
                    takesTokens
                    && await TryReadAsync(token, cancellation) is { } now
                    && now.Parameter != shown?.Parameter
                )
                {
                    shown = now;
                    await outgoing.SendAsync(new() { Token = now.Parameter });
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The stream has ended.
        }
    }

    /// <summary>Null while the file is between two tokens; a dial says what is wrong with one that stays so.</summary>
    private static async Task<AuthenticationHeaderValue?> TryReadAsync(
        OperatorToken token,
        CancellationToken cancellation
    )
    {
        try
        {
            return await token.ReadAsync(cancellation);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
