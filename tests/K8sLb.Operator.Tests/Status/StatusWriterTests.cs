using K8sLb.Operator.Api;
using K8sLb.Operator.Status;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Operator.Tests.Status;

public sealed class StatusWriterTests : IAsyncDisposable
{
    private readonly ManualTime time = new();
    private readonly List<BackendPoolStatus> written = [];
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim attempts = new(0);
    private Func<CancellationToken, Task> server = _ => Task.CompletedTask;
    private StatusWriter? writer;
    private Task running = Task.CompletedTask;

    [Fact]
    public async Task The_first_status_is_written_at_once()
    {
        Start();
        writer!.Offer(Status(version: 1));

        await Written(1);
    }

    [Fact]
    public async Task Changes_are_written_once_a_second_and_only_the_newest()
    {
        Start();
        writer!.Offer(Status(version: 1));
        await Written(1);

        for (var version = 2; version <= 9; version++)
        {
            writer.Offer(Status(version));
        }
        time.Advance(TimeSpan.FromSeconds(1));

        await Written(2);
        written[1].Version.ShouldBe(9);
    }

    [Fact]
    public async Task What_the_server_has_already_is_not_written()
    {
        Start(atServer: Status(version: 4));
        writer!.Offer(Status(version: 4));
        writer.Offer(Status(version: 5));

        await Written(1);
        written[0].Version.ShouldBe(5);
    }

    [Fact]
    public async Task Live_numbers_alone_wait_longer()
    {
        Start();
        writer!.Offer(Status(version: 1, connections: 10));
        await Written(1);

        writer.Offer(Status(version: 1, connections: 11));
        time.Advance(TimeSpan.FromSeconds(9));
        writer.Offer(Status(version: 1, connections: 12));
        time.Advance(TimeSpan.FromSeconds(1));

        await Written(2);
        written[1].Connections.ShouldBe(12);
    }

    [Fact]
    public async Task Live_numbers_of_a_drain_do_not_wait()
    {
        Start();
        writer!.Offer(Status(version: 1, connections: 10, draining: 1));
        await Written(1);

        writer.Offer(Status(version: 1, connections: 9, draining: 1));
        time.Advance(TimeSpan.FromSeconds(1));

        await Written(2);
    }

    [Fact]
    public async Task A_change_does_not_wait_for_numbers_before_it()
    {
        Start();
        writer!.Offer(Status(version: 1, connections: 10));
        await Written(1);
        writer.Offer(Status(version: 1, connections: 11));
        time.Advance(TimeSpan.FromSeconds(2));

        writer.Offer(Status(version: 2, connections: 11));

        await Written(2);
        written[1].Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_write_that_fails_is_tried_again_with_what_is_newest_then()
    {
        server = _ => throw new IOException("no server");
        Start();
        writer!.Offer(Status(version: 1));
        await attempts.WaitAsync();
        server = _ => Task.CompletedTask;
        writer.Offer(Status(version: 2));

        await WrittenInTime(1);
        written[0].Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_write_that_hangs_is_given_up()
    {
        server = _ => new TaskCompletionSource().Task;
        var started = time.GetUtcNow();
        Start();
        writer!.Offer(Status(version: 1));
        await attempts.WaitAsync();
        server = _ => Task.CompletedTask;

        await WrittenInTime(1);
        (time.GetUtcNow() - started).ShouldBeGreaterThan(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
        attempts.Dispose();
    }

    private void Start(BackendPoolStatus? atServer = null)
    {
        writer = new StatusWriter("default/shop", WriteAsync, atServer, time, NullLogger.Instance);
        running = Task.Run(() => writer.RunAsync(stop.Token));
    }

    private async Task WriteAsync(BackendPoolStatus status, CancellationToken token)
    {
        var answer = server;
        attempts.Release();
        await answer(token);
        lock (written)
        {
            written.Add(status);
        }
    }

    /// <summary>As <see cref="Written"/>, while time goes on.</summary>
    private Task WrittenInTime(int count) =>
        Eventually.IsTrue(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                lock (written)
                {
                    return written.Count == count;
                }
            },
            $"{count} statuses are written"
        );

    private Task Written(int count) =>
        Eventually.IsTrue(
            () =>
            {
                lock (written)
                {
                    return written.Count == count;
                }
            },
            $"{count} statuses are written"
        );

    private static BackendPoolStatus Status(long version, int connections = 0, int draining = 0) =>
        new()
        {
            Version = version,
            Connections = connections,
            Members = new MemberCounts { Draining = draining },
        };
}
