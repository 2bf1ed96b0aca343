using System.Diagnostics;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>
/// Small requests at a fixed rate, evenly spaced over the connections, and beside them, where asked for, clients that take
/// 1 MB bodies as fast as they come. A thread for each connection, so that a slow response delays no other request.
/// </summary>
internal sealed class PacedLoad(int perSecond, int connections, int streams = 0) : ILoad
{
    public async Task<LoadResult> Run(int port, TimeSpan duration)
    {
        var bodies = 0L;
        var begin = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10;
        var end = begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var paced = Enumerable.Range(0, connections).Select(n => OnThread(() => Pace(port, n, begin, end))).ToArray();
        var streaming = Enumerable
            .Range(0, streams)
            .Select(_ =>
                OnThread(() =>
                {
                    Interlocked.Add(ref bodies, Stream(port, end));
                    return 0;
                })
            )
            .ToArray();
        var latencies = new Latencies();
        foreach (var connection in await Task.WhenAll(paced))
        {
            latencies.Add(connection);
        }
        await Task.WhenAll(streaming);
        return new(
            latencies.Count + bodies,
            latencies.Count / duration.TotalSeconds,
            latencies.PercentileUs(50),
            latencies.PercentileUs(99)
        );
    }

    /// <summary>A request that had to wait for the response before it counts from when it was due.</summary>
    private Latencies Pace(int port, int connection, long begin, long end)
    {
        using var client = new HttpClientSocket(port, "/small");
        var buffer = new byte[64 * 1024];
        var latencies = new Latencies(1 << 12);
        var gap = Stopwatch.Frequency * connections / perSecond;
        var answered = 0L;
        for (var due = begin + gap * connection / connections; due < end; due += gap)
        {
            var wait = due - Stopwatch.GetTimestamp();
            if (wait > 0)
            {
                // The pace itself: nothing happens then but that it is time.
                Thread.Sleep((int)Math.Ceiling(wait * 1e3 / Stopwatch.Frequency));
            }
            var start = answered > due ? due : Stopwatch.GetTimestamp();
            client.Get(buffer);
            answered = Stopwatch.GetTimestamp();
            latencies.Add(answered - start);
        }
        return latencies;
    }

    private static long Stream(int port, long end)
    {
        using var client = new HttpClientSocket(port, "/1mb");
        var buffer = new byte[256 * 1024];
        var bodies = 0L;
        while (Stopwatch.GetTimestamp() < end)
        {
            client.Get(buffer);
            bodies++;
        }
        return bodies;
    }

    private static Task<T> OnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return work();
                }
                catch (SocketException e)
                {
                    throw new LoadFailedException(e.Message);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
}
