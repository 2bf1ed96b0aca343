using System.Text;

namespace K8sLb.Load;

/// <summary>Users who share one HTTP/2 connection, each with one request at a time.</summary>
internal sealed class Http2Client(LoadContext load, Http2Plan plan, Random random) : ILoadClient, IDisposable
{
    private readonly Http2Channel channel = new(load, LoadClass.Http2);

    public async Task RunAsync(CancellationToken stopping)
    {
        await Task.WhenAll(
            Enumerable.Range(0, plan.StreamsPerConnection).Select(_ => UseAsync(random.Next(), stopping))
        );
        await channel.CloseAsync();
    }

    public void Dispose() => channel.Dispose();

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
            var (response, tracked) = await channel.SendAsync(
                async connection => (await connection.SendAsync(request.Path, limit.Token), connection.Tracked),
                limit.Token
            );
            request.Check(response.Status, response.Body);
            if (request.AnswersWithPodName)
            {
                tracked.AnsweredBy(Encoding.UTF8.GetString(response.Body));
            }
            timer.Succeeded(request.AskedDelay);
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e, channel.ServedBy);
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, $"{request.Path}: no response in time", e));
        }
    }
}
