namespace K8sLb.Load;

/// <summary>The clients that a plan asks for.</summary>
internal static class LoadClients
{
    public static IReadOnlyList<ILoadClient> Of(LoadContext load)
    {
        var seeds = new Random(load.Plan.Seed);
        var clients = new List<ILoadClient>();
        Add(load.Plan.KeepAlive?.Connections, KeepAlive);
        Add(load.Plan.NewConnection is null ? 0 : 1, NewConnection);
        Add(load.Plan.Slow?.Connections, Slow);
        Add(load.Plan.Http2?.Connections, Http2);
        Add(load.Plan.Grpc?.Connections, Grpc);
        Add(load.Plan.WebSocket?.Connections, WebSocket);
        return clients;

        void Add(int? count, Func<LoadContext, Random, int, ILoadClient> make)
        {
            for (var number = 0; number < (count ?? 0); number++)
            {
                clients.Add(make(load, new Random(seeds.Next()), number));
            }
        }
    }

    private static KeepAliveClient KeepAlive(LoadContext load, Random random, int number) =>
        new(
            load,
            LoadClass.KeepAlive,
            new Rhythm(load.Plan.KeepAlive!.MeanIntervalMs, random),
            new RequestMix(random).Http1
        );

    private static NewConnectionClient NewConnection(LoadContext load, Random random, int number) =>
        new(load, load.Plan.NewConnection!, new RequestMix(random));

    private static KeepAliveClient Slow(LoadContext load, Random random, int number)
    {
        var (plan, mix) = (load.Plan.Slow!, new RequestMix(random));
        var rhythm = new Rhythm(plan.MeanIntervalMs, random);
        return new(load, LoadClass.Slow, rhythm, () => mix.Slow(plan.LongestDelayMs));
    }

    private static Http2Client Http2(LoadContext load, Random random, int number) =>
        new(load, load.Plan.Http2!, random);

    private static GrpcClient Grpc(LoadContext load, Random random, int number) => new(load, load.Plan.Grpc!, random);

    private static WebSocketClient WebSocket(LoadContext load, Random random, int number) =>
        new(load, new Rhythm(load.Plan.WebSocket!.MeanIntervalMs, random), number);
}
