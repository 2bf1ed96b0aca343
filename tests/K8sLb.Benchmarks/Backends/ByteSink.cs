using System.Net;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>Takes what comes and drops it; closes behind its clients.</summary>
internal sealed class ByteSink : IDisposable
{
    private const int BufferSize = 256 * 1024;
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ByteSink()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(128);
        new Thread(Accept) { IsBackground = true, Name = "sink" }.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public void Dispose() => listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = listener.Accept();
                new Thread(() => Drop(client)) { IsBackground = true, Name = "sink connection" }.Start();
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
    }

    private static void Drop(Socket client)
    {
        var buffer = new byte[BufferSize];
        using (client)
        {
            try
            {
                while (client.Receive(buffer) > 0) { }
            }
            catch (SocketException)
            {
                // Cut off by a proxy that was ended.
            }
        }
    }
}
