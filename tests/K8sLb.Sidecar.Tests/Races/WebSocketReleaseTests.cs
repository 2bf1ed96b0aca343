using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>Many WebSockets with traffic are told to go at the granted pace, each between two messages.</summary>
[Collection(nameof(OneAtATime))]
public sealed class WebSocketReleaseTests
{
    private const int OpenedAtOnce = 64;

    [Theory]
    [InlineData(PortMode.Relay)]
    [InlineData(PortMode.Proxy)]
    public async Task Hundreds_with_traffic_are_all_told_1001_between_messages(PortMode mode)
    {
        await using var pool = await TestMember.PoolAsync(
            policy: p => p with { Drain = p.Drain with { MaxReleasesPerSecond = 200 } },
            mode: mode
        );

        var released = await ReleaseAsync(pool[0].Http, pool[0].Admin, count: 300, TimeSpan.FromMilliseconds(60));

        await Eventually.IsTrue(() => pool[0].App.Closes.Count == 300, "the application was told of all");
        pool[0].App.Closes.ShouldAllBe(s => s == WebSocketCloseStatus.EndpointUnavailable);
        pool[0].App.Messages.Count.ShouldBe(released.Messages);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Of_5000_with_traffic_no_second_sees_more_than_the_rate_and_a_tenth()
    {
        const int Count = 5_000;
        const int Rate = 500;
        var released = await OnAMachineThatKeepsUpAsync(
            mostSlow: Rate / 10,
            async () =>
            {
                await using var member = await RaceMember.StartAsync(Rate);
                return await ReleaseAsync(member.Http1, member.Admin, Count, TimeSpan.FromMilliseconds(600));
            }
        );

        var seconds = released.Closes.CountBy(at => (int)at.TotalSeconds).ToDictionary();
        seconds.Values.Max().ShouldBeLessThanOrEqualTo(Rate * 11 / 10, string.Join(" ", seconds.OrderBy(s => s.Key)));
        var expected = TimeSpan.FromSeconds((double)Count / Rate);
        released.Closes.Max().ShouldBeInRange(expected * 0.9, expected * 1.1);
    }

    /// <summary>
    /// A WebSocket is told right behind an echo. Where the whole machine stands still for a moment, the echoes of that moment
    /// come together afterwards, and so do the closes: where as many clients waited as are tolerated above the rate, the run says
    /// nothing about the pace, and is repeated.
    /// </summary>
    private static async Task<Released> OnAMachineThatKeepsUpAsync(int mostSlow, Func<Task<Released>> run)
    {
        const int Attempts = 6;
        var prompt = TimeSpan.FromMilliseconds(300);
        var slow = new List<int>();
        while (slow.Count < Attempts)
        {
            var released = await run();
            slow.Add(released.SlowestEchoes.Count(echo => echo > prompt));
            if (slow[^1] < mostSlow)
            {
                return released;
            }
        }
        throw new TimeoutException(
            $"the machine is too busy: clients with slow echoes, by attempt: {string.Join(' ', slow)}"
        );
    }

    /// <summary>The closes by their times since the drain began, and the messages that were sent.</summary>
    private sealed record Released(List<TimeSpan> Closes, List<TimeSpan> SlowestEchoes, int Messages);

    private static async Task<Released> ReleaseAsync(IPEndPoint http, Uri admin, int count, TimeSpan pause)
    {
        using var dialler = new SocketsHttpHandler();
        using var invoker = new HttpMessageInvoker(dialler);
        var clients = new TrafficWebSocket[count];
        var running = new Task[count];
        try
        {
            await Parallel.ForAsync(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce },
                async (i, _) =>
                {
                    clients[i] = await TrafficWebSocket.OpenAsync(http, invoker, seed: i);
                    running[i] = clients[i].RunAsync(pause);
                }
            );
            await Eventually.IsTrue(() => clients.All(c => c.Echoed > 1), "all have traffic", TimeSpan.FromMinutes(1));

            Array.ForEach(clients, c => c.ForgetEchoes());
            // A collection would hold up all clients for a quarter of a second, and bring their closes together.
            using var undisturbed = NoCollections.Begin();
            var began = Stopwatch.GetTimestamp();
            var report = await RaceMember.DrainAsync(admin);
            await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(30));

            report.Progress.ShouldBe(DrainProgress.Released);
            report.Released.ShouldBe(count);
            report.Forced.ShouldBe(0);
            report.PaceRaised.ShouldBeFalse();
            clients.ShouldAllBe(c => c.CloseStatus == WebSocketCloseStatus.EndpointUnavailable);
            clients.ShouldAllBe(c => !c.IsTruncated);
            return new(
                [.. clients.Select(c => Stopwatch.GetElapsedTime(began, c.ClosedAt))],
                [.. clients.Select(c => c.SlowestEcho)],
                // One that crosses the Close gets no echo, and reaches the application all the same.
                clients.Sum(c => c.Echoed + c.Unanswered)
            );
        }
        finally
        {
            await Task.WhenAll(clients.Where(c => c is not null).Select(c => c.DisposeAsync().AsTask()));
        }
    }
}
