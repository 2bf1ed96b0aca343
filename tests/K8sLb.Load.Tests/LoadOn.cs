using System.Net;

namespace K8sLb.Load.Tests;

/// <summary>Short runs against one address.</summary>
internal static class LoadOn
{
    private const int Minutes = 600_000;

    public static LoadPlan OneKeepAlive(int requests, int meanIntervalMs = 20) =>
        new(60, requests, KeepAlive: new() { Connections = 1, MeanIntervalMs = meanIntervalMs });

    public static LoadPlan NewConnections(int requests) =>
        new(60, requests, NewConnection: new() { PerSecond = 200, MaxConcurrent = 10 });

    public static LoadPlan OneHttp2(int requests, int meanIntervalMs = 20) =>
        new(
            60,
            requests,
            Http2: new()
            {
                Connections = 1,
                StreamsPerConnection = 1,
                MeanIntervalMs = meanIntervalMs,
            }
        );

    /// <summary>Unary calls alone, where the stream would begin in some minutes.</summary>
    public static LoadPlan OneGrpc(int requests, int chatIntervalMs = Minutes, int messagesPerChat = 1) =>
        Grpc(requests, One(20, chatIntervalMs, messagesPerChat));

    /// <summary>The stream alone: the unary calls would begin in some minutes.</summary>
    public static LoadPlan OneChat(int requests) => Grpc(requests, One(Minutes, 20, messagesPerChat: 100));

    public static LoadPlan Grpc(int requests, GrpcPlan plan) => new(60, requests, Grpc: plan);

    public static LoadPlan OneWebSocket(int requests, int meanIntervalMs = 20) =>
        new(60, requests, WebSocket: new() { Connections = 1, MeanIntervalMs = meanIntervalMs });

    public static async Task<LoadReport> Server(ScriptedServer server, LoadPlan plan) =>
        await Address(server.Address, plan);

    public static async Task<LoadReport> Address(IPEndPoint address, LoadPlan plan)
    {
        await using var run = LoadRun.Start(plan, LoadTarget.Fixed(address, address, "shop"));
        var report = await run.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Balances(report);
        return report;
    }

    /// <summary>Every connection is accounted for, and every failure has a kind.</summary>
    public static void Balances(LoadReport report)
    {
        (report.ReleasedPolitely + report.Cut + report.ClosedByClient).ShouldBe(report.ConnectionsOpened);
        report.FailuresByKind.Values.Sum().ShouldBe(report.Failed);
        report.Classes.Values.Sum(c => c.Requests).ShouldBe(report.Requests);
        report.Classes.Values.Sum(c => c.Failed).ShouldBe(report.Failed);
    }

    public static void ShouldHaveFailed(this LoadReport report, FailureKind kind, int times = 1) =>
        report.FailuresByKind.ShouldBe(new Dictionary<FailureKind, long> { [kind] = times });

    private static GrpcPlan One(int callIntervalMs, int chatIntervalMs, int messagesPerChat) =>
        new()
        {
            Connections = 1,
            CallersPerConnection = 1,
            MeanIntervalMs = callIntervalMs,
            ChatIntervalMs = chatIntervalMs,
            MessagesPerChat = messagesPerChat,
        };
}
