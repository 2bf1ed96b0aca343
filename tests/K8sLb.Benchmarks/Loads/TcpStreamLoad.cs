using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>Each connection sends as fast as it is taken. The unit, and what a latency is of, is a MiB.</summary>
internal sealed class TcpStreamLoad(int connections) : ILoad
{
    private const int Unit = 1024 * 1024;
    private const int Chunk = 256 * 1024;
    private const int PatienceMs = 10_000;

    public async Task<LoadResult> Run(int port, TimeSpan duration)
    {
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var sending = Enumerable
            .Range(0, connections)
            .Select(_ =>
                Task.Factory.StartNew(
                    () => Send(port, end),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
            );
        var latencies = new Latencies();
        foreach (var connection in await Task.WhenAll(sending))
        {
            latencies.Add(connection);
        }
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return new(latencies.Count, latencies.Count / seconds, latencies.PercentileUs(50), latencies.PercentileUs(99));
    }

    private static Latencies Send(int port, long end)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            SendTimeout = PatienceMs,
        };
        var chunk = new byte[Chunk];
        var latencies = new Latencies(1 << 16);
        var what = "sending";
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            for (var start = Stopwatch.GetTimestamp(); start < end; )
            {
                for (var sent = 0; sent < Unit; sent += Chunk)
                {
                    socket.Send(chunk);
                }
                var now = Stopwatch.GetTimestamp();
                latencies.Add(now - start);
                start = now;
            }
            what = "waiting for the end";
            // All of it is to arrive: the sink closes behind our end.
            socket.Shutdown(SocketShutdown.Send);
            socket.ReceiveTimeout = PatienceMs;
            socket.Receive(chunk);
            return latencies;
        }
        catch (SocketException e)
        {
            throw new LoadFailedException($"{e.Message}, {what} after {latencies.Count} MiB");
        }
    }
}
