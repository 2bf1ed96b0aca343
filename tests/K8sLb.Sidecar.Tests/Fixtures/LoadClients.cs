using System.Net;
using System.Net.WebSockets;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Clients that follow their protocol's rules and never send a request twice of their own accord.</summary>
internal sealed class LoadClients(StaleEndpoints endpoints, CancellationToken stop)
{
    private int requests;

    public int Requests => Volatile.Read(ref requests);

    /// <summary>Keeps its connection until it is told to close it, or finds it closed before it sends.</summary>
    public async Task Http1Async(int seed)
    {
        var random = new Random(seed);
        RawHttp? connection = null;
        while (!stop.IsCancellationRequested)
        {
            if (connection is { IsOpen: false })
            {
                await connection.DisposeAsync();
                connection = null;
            }
            connection ??= await RawHttp.ConnectAsync(endpoints.Any(random).Http);
            var response = await connection.RequestAsync("/");
            response.Status.ShouldBe(200, response.Body);
            Interlocked.Increment(ref requests);
            if (response.AsksToClose)
            {
                await connection.DisposeAsync();
                connection = null;
            }
            await ThinkAsync(random);
        }
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    public async Task Http2Async(int seed)
    {
        var random = new Random(seed);
        using var http = new HttpClient();
        while (!stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, endpoints.Any(random).Url)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await http.SendAsync(request, CancellationToken.None);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            Interlocked.Increment(ref requests);
            await ThinkAsync(random);
        }
    }

    /// <summary>Echoes until it is told to go, and comes again.</summary>
    public async Task WebSocketAsync(int seed)
    {
        var random = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri($"ws://{endpoints.Any(random).Http}/ws"), CancellationToken.None);
            var busy = new BusyWebSocket(socket, random.Next(), stop);
            await busy.RunAsync();
            busy.Unanswered.ShouldBe(0);
            Interlocked.Add(ref requests, busy.Echoed);
        }
    }

    /// <summary>A client's time to think, for which there is nothing to wait for.</summary>
    private static Task ThinkAsync(Random random) => Task.Delay(random.Next(1, 20), CancellationToken.None);
}
