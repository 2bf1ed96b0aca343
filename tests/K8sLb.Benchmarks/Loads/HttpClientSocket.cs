using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Benchmarks;

/// <summary>One HTTP/1.1 keep-alive connection that blocks: cheap, and no thread pool between a response and its clock.</summary>
internal sealed class HttpClientSocket : IDisposable
{
    private const int TimeoutMs = 10_000;
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveTimeout = TimeoutMs,
        SendTimeout = TimeoutMs,
    };
    private readonly byte[] request;

    public HttpClientSocket(int port, string path)
    {
        request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        try
        {
            socket.Connect(IPAddress.Loopback, port);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="buffer">Must hold any head.</param>
    /// <exception cref="LoadFailedException">The response is not 200, not whole, or has no length.</exception>
    public void Get(byte[] buffer)
    {
        socket.Send(request);
        var have = 0;
        int head;
        while ((head = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
        {
            have += Receive(buffer.AsSpan(have));
        }
        var left = ContentLength(buffer.AsSpan(0, head + 2)) - (have - head - 4);
        while (left > 0)
        {
            left -= Receive(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
        }
    }

    public void Dispose() => socket.Dispose();

    private int Receive(Span<byte> into)
    {
        var count = socket.Receive(into);
        return count > 0 ? count : throw new LoadFailedException("the connection was closed within a response");
    }

    private static long ContentLength(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 200"u8))
        {
            throw new LoadFailedException($"not 200: {Encoding.ASCII.GetString(head)}");
        }
        // nginx and all that pass its responses on spell it one of these two ways.
        var name = head.IndexOf("\r\nContent-Length: "u8);
        name = name >= 0 ? name : head.IndexOf("\r\ncontent-length: "u8);
        var value = name >= 0 ? head[(name + 18)..] : throw new LoadFailedException("a response without a length");
        return long.Parse(value[..value.IndexOf((byte)'\r')], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
