using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>Each connection sends a message, waits for its echo, and sends the next. All on one thread.</summary>
internal sealed class WebSocketLoad(int connections) : ILoad
{
    private const int MessageSize = 64;

    /// <summary>Longer than any echo takes that is still on its way.</summary>
    private const int StallMs = 10_000;

    public Task<LoadResult> Run(int port, TimeSpan duration) =>
        Task.Factory.StartNew(
            () => Echo(port, duration),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    private LoadResult Echo(int port, TimeSpan duration)
    {
        var clients = new List<Client>();
        using var ready = new ReadySet();
        try
        {
            for (var i = 0; i < connections; i++)
            {
                clients.Add(new(port));
                ready.Add(clients[i].Socket);
            }
            var latencies = new Latencies();
            var begin = Stopwatch.GetTimestamp();
            var end = begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
            clients.ForEach(client => client.Send());
            while (Stopwatch.GetTimestamp() < end)
            {
                if (!ready.Wait(StallMs))
                {
                    throw new LoadFailedException("no echo comes any more");
                }
                for (var i = 0; i < clients.Count; i++)
                {
                    if (ready.IsReady(i) && clients[i].Receive() is { } took)
                    {
                        latencies.Add(took);
                        clients[i].Send();
                    }
                }
            }
            var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            return new(
                latencies.Count,
                latencies.Count / seconds,
                latencies.PercentileUs(50),
                latencies.PercentileUs(99)
            );
        }
        catch (SocketException e)
        {
            throw new LoadFailedException(e.Message);
        }
        finally
        {
            clients.ForEach(client => client.Socket.Dispose());
        }
    }

    private sealed class Client
    {
        private readonly byte[] message = WebSocketWire.MaskedMessage(MessageSize);
        private readonly byte[] echo = new byte[MessageSize + 2];
        private int have;
        private long sentAt;

        public Client(int port)
        {
            Socket.Connect(IPAddress.Loopback, port);
            WebSocketWire.Upgrade(Socket, port);
            Socket.Blocking = false;
        }

        public Socket Socket { get; } =
            new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
                ReceiveTimeout = StallMs,
            };

        public void Send()
        {
            sentAt = Stopwatch.GetTimestamp();
            Socket.Send(message);
        }

        /// <returns>How long the echo took; null where it is not all there yet.</returns>
        public long? Receive()
        {
            var count = Socket.Receive(echo.AsSpan(have));
            have += count;
            if (count == 0)
            {
                throw new LoadFailedException("a WebSocket was closed");
            }
            if (have < echo.Length)
            {
                return null;
            }
            if (echo[0] != 0x82 || echo[1] != MessageSize)
            {
                throw new LoadFailedException("what came is not the echo");
            }
            have = 0;
            return Stopwatch.GetTimestamp() - sentAt;
        }
    }
}
