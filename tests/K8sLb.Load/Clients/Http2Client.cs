using System.Text;

namespace K8sLb.Load;

/// <summary>
/// One HTTP/2 connection that several users share, each with one request at a time. After a GOAWAY new requests go on a new
/// connection while the old one finishes what it has.
/// </summary>
internal sealed class Http2Client(LoadContext load, Http2Plan plan, Random random) : ILoadClient, IDisposable
{
    /// <summary>A server that sends GOAWAY to every connection is not followed for ever.</summary>
    private const int MostProtocolRetries = 3;

    private readonly SemaphoreSlim opening = new(1);
    private readonly List<Http2Connection> connections = [];
    private Http2Connection? current;

    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.WhenAll(
            Enumerable.Range(0, plan.StreamsPerConnection).Select(_ => UseAsync(random.Next(), stopping))
        );
        foreach (var connection in connections)
        {
            connection.Dispose();
            await connection.Reading;
        }
    }

    public void Dispose() => opening.Dispose();

    private async Task UseAsync(int seed, CancellationToken stopping)
    {
        var own = new Random(seed);
        var (rhythm, mix) = (new Rhythm(plan.MeanIntervalMs, own), new RequestMix(own));
        while (await rhythm.WaitAsync(stopping))
        {
            await RequestAsync(mix.Http2());
        }
    }

    private async Task RequestAsync(SampleRequest request)
    {
        var timer = load.Recorder.Begin(LoadClass.Http2);
        using var limit = new CancellationTokenSource(load.RequestTimeout + request.AskedDelay);
        try
        {
            var (response, tracked) = await SendAsync(request, limit.Token);
            request.Check(response.Status, response.Body);
            if (request.AnswersWithPodName)
            {
                tracked.AnsweredBy(Encoding.UTF8.GetString(response.Body));
            }
            timer.Succeeded(request.AskedDelay);
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e, current?.Tracked.ServedBy ?? "");
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, $"{request.Path}: no response in time", e));
        }
    }

    private async Task<(Http2Response, TrackedConnection)> SendAsync(
        SampleRequest request,
        CancellationToken cancellation
    )
    {
        for (var retries = 0; ; )
        {
            var connection = await CurrentAsync(cancellation);
            try
            {
                return (await connection.SendAsync(request.Path, cancellation), connection.Tracked);
            }
            catch (Http2UnprocessedException e)
            {
                if (e.WasSent)
                {
                    load.Recorder.RetriedByProtocol();
                    if (++retries > MostProtocolRetries)
                    {
                        throw new RequestFailedException(FailureKind.Protocol, "one GOAWAY after the other", e);
                    }
                }
            }
        }
    }

    private async Task<Http2Connection> CurrentAsync(CancellationToken cancellation)
    {
        await opening.WaitAsync(cancellation);
        try
        {
            if (current is not { TakesNewStreams: true })
            {
                current = await load.OpenHttp2Async(cancellation);
                connections.Add(current);
            }
            return current;
        }
        finally
        {
            opening.Release();
        }
    }
}
