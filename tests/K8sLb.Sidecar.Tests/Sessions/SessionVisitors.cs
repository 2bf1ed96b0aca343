using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Sessions;

/// <summary>
/// Many clients with a session each, who come in wherever kube-proxy would bring them, on kept connections, one request after the
/// other, and never send one twice.
/// </summary>
internal sealed class SessionVisitors(SessionPolicy policy, StaleEndpoints endpoints, int clients, int workers)
{
    private readonly SessionClient[] all = [.. Enumerable.Range(0, clients).Select(i => Client(policy, i))];
    private int requests;

    public int Requests => Volatile.Read(ref requests);
    public IReadOnlyList<SessionClient> Clients => all;

    public static string Name(int client) => $"c{client}";

    /// <summary>Every client has one request after the other until the stop, and a last one after it.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(
            Enumerable.Range(0, workers).Select(w => Task.Run(() => WorkAsync(w, stop), CancellationToken.None))
        );

    private async Task WorkAsync(int worker, CancellationToken stop)
    {
        var random = new Random(worker);
        var connections = new Dictionary<TestMember, RawHttp>();
        for (var last = false; !last; )
        {
            last = stop.IsCancellationRequested;
            for (var client = worker; client < all.Length; client += workers)
            {
                await VisitAsync(all[client], endpoints.Any(random), connections);
            }
        }
        foreach (var connection in connections.Values)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task VisitAsync(SessionClient client, TestMember entry, Dictionary<TestMember, RawHttp> connections)
    {
        if (connections.Remove(entry, out var connection) && !connection.IsOpen)
        {
            await connection.DisposeAsync();
            connection = null;
        }
        connection ??= await RawHttp.ConnectAsync(entry.Http);
        var answer = await client.RequestAsync(connection);
        answer.Status.ShouldBe(200, answer.Body);
        Interlocked.Increment(ref requests);
        if (answer.AsksToClose)
        {
            await connection.DisposeAsync();
        }
        else
        {
            connections.Add(entry, connection);
        }
    }

    private static SessionClient Client(SessionPolicy policy, int number) =>
        new(policy) { More = $"x-client: {Name(number)}\r\n" };
}
