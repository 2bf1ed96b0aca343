namespace K8sLb.Load;

/// <summary>
/// Callers who share one connection, each with one unary call at a time, and beside them a bidirectional stream: what a gRPC
/// client has on a channel.
/// </summary>
internal sealed class GrpcClient(LoadContext load, GrpcPlan plan, Random random) : ILoadClient, IDisposable
{
    private const string Method = "/shop.Shop/Echo";
    private readonly Http2Channel channel = new(load, LoadClass.Grpc);

    public async Task RunAsync(CancellationToken stopping)
    {
        var chat = new GrpcChat(
            load,
            channel,
            new Rhythm(plan.ChatIntervalMs, new Random(random.Next())),
            plan.MessagesPerChat
        );
        await Task.WhenAll([
            chat.RunAsync(stopping),
            .. Enumerable.Range(0, plan.CallersPerConnection).Select(_ => UseAsync(random.Next(), stopping)),
        ]);
        await channel.CloseAsync();
    }

    public void Dispose() => channel.Dispose();

    private async Task UseAsync(int seed, CancellationToken stopping)
    {
        var rhythm = new Rhythm(plan.MeanIntervalMs, new Random(seed));
        for (var number = 1; await rhythm.WaitAsync(stopping); number++)
        {
            await CallAsync($"{seed}-{number}");
        }
    }

    private async Task CallAsync(string message)
    {
        var timer = load.Recorder.Begin(LoadClass.Grpc);
        using var limit = new CancellationTokenSource(load.RequestTimeout);
        try
        {
            await channel.SendAsync(connection => EchoAsync(connection, message, limit.Token), limit.Token);
            timer.Succeeded();
        }
        catch (RequestFailedException e)
        {
            timer.Failed(e, channel.ServedBy);
        }
        catch (OperationCanceledException e)
        {
            timer.Failed(new(FailureKind.Timeout, $"{Method}: no answer in time", e), channel.ServedBy);
        }
    }

    private static async Task<GrpcCall> EchoAsync(
        Http2Connection connection,
        string message,
        CancellationToken cancellation
    )
    {
        var call = await GrpcCall.StartAsync(connection, Method, cancellation);
        await call.EchoAsync(message, last: true, cancellation);
        return call;
    }
}
