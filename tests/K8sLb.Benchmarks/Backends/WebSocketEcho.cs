using System.Net;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>Answers every WebSocket message with itself, on one thread.</summary>
internal sealed class WebSocketEcho : IDisposable
{
    private const int TurnMs = 100;
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Connection> connections = [];
    private readonly ReadySet ready = new();
    private readonly byte[] output = new byte[Connection.BufferSize];
    private readonly Thread thread;
    private volatile bool stopping;

    public WebSocketEcho()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(128);
        ready.Add(listener);
        thread = new Thread(Run) { IsBackground = true, Name = "echo" };
        thread.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        stopping = true;
        thread.Join();
        connections.ForEach(connection => connection.Socket.Dispose());
        listener.Dispose();
        ready.Dispose();
    }

    private void Run()
    {
        while (!stopping)
        {
            if (!ready.Wait(TurnMs))
            {
                continue;
            }
            // The listener is the first; backwards, because those that ended are taken out.
            for (var i = connections.Count - 1; i >= 0; i--)
            {
                if (ready.IsReady(i + 1) && !connections[i].TryServe(output))
                {
                    connections[i].Socket.Dispose();
                    connections.RemoveAt(i);
                    ready.RemoveAt(i + 1);
                }
            }
            if (ready.IsReady(0))
            {
                connections.Add(new(listener.Accept()));
                ready.Add(connections[^1].Socket);
            }
        }
    }

    private sealed class Connection
    {
        public const int BufferSize = 16 * 1024;
        private readonly byte[] input = new byte[BufferSize];
        private int have;
        private bool upgraded;

        public Connection(Socket socket)
        {
            Socket = socket;
            Socket.NoDelay = true;
        }

        public Socket Socket { get; }

        /// <returns>False where it is over.</returns>
        public bool TryServe(byte[] output)
        {
            try
            {
                var count = Socket.Receive(input.AsSpan(have));
                have += count;
                if (count == 0)
                {
                    return false;
                }
                if (!upgraded)
                {
                    return TryUpgrade();
                }
                var (taken, written) = WebSocketWire.Echo(input.AsSpan(0, have), output);
                Keep(taken);
                return written == 0 || Socket.Send(output.AsSpan(0, written)) == written;
            }
            catch (Exception e) when (e is SocketException or InvalidDataException)
            {
                return false;
            }
        }

        private bool TryUpgrade()
        {
            var end = input.AsSpan(0, have).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                upgraded = true;
                Socket.Send(WebSocketWire.UpgradeResponse(input.AsSpan(0, end + 4)));
                Keep(end + 4);
            }
            return true;
        }

        private void Keep(int from)
        {
            input.AsSpan(from, have - from).CopyTo(input);
            have -= from;
        }
    }
}
