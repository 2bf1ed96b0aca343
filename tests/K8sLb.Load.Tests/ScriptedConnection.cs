using System.Net.Sockets;
using System.Text;

namespace K8sLb.Load.Tests;

/// <param name="number">1 for the first connection that the server accepted.</param>
internal sealed class ScriptedConnection(Socket socket, int number, CancellationToken stopping) : IDisposable
{
    private readonly NetworkStream stream = new(socket, ownsSocket: true);

    public int Number => number;
    public Stream Stream => stream;
    public CancellationToken Stopping => stopping;

    /// <summary>Reads up to the empty line; requests of these tests have no body.</summary>
    public async Task<string> ReadRequestAsync()
    {
        var request = new StringBuilder();
        var one = new byte[1];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, stopping);
            request.Append((char)one[0]);
        }
        return request.ToString();
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.ASCII.GetBytes(text));

    public Task WriteAsync(byte[] bytes) => stream.WriteAsync(bytes, stopping).AsTask();

    public Task RespondAsync(string headers = "") =>
        WriteAsync($"HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\nok");

    /// <summary>Until the client ends the connection.</summary>
    public async Task IdleAsync() => await stream.ReadAtLeastAsync(new byte[1], 1, false, stopping);

    /// <summary>RST. A plain Dispose would send FIN first.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close(timeout: 0);
    }

    public void Dispose() => stream.Dispose();
}
