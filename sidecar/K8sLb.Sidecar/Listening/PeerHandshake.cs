using System.Net.Sockets;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Listening;

/// <summary>Both ends of the line that opens a connection between members (<see cref="PeerPreface"/>).</summary>
public static class PeerHandshake
{
    /// <summary>
    /// Reads exactly the line and leaves what follows in the socket, by looking before taking: what follows belongs to the
    /// port's protocol. Null where the line is too long, or the connection ends within it.
    /// </summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadLineAsync(Socket socket, CancellationToken cancellation)
    {
        var line = new byte[PeerPreface.MaxBytes];
        var length = 0;
        while (length < line.Length)
        {
            var rest = line.AsMemory(length);
            var seen = await socket.ReceiveAsync(rest, SocketFlags.Peek, cancellation);
            if (seen == 0)
            {
                return null;
            }
            var newline = rest.Span[..seen].IndexOf((byte)'\n');
            var taken = newline < 0 ? seen : newline + 1;
            length += await socket.ReceiveAsync(rest[..taken], SocketFlags.None, cancellation);
            if (newline >= 0)
            {
                return line.AsMemory(0, length - 1);
            }
        }
        return null;
    }

    public static async Task AcceptAsync(Socket socket, CancellationToken cancellation) =>
        await socket.SendAsync(PeerPreface.Accepted.ToArray(), SocketFlags.None, cancellation);

    /// <summary>Asks for a port of the peer, and waits until it has been granted.</summary>
    /// <exception cref="IOException">The peer refused.</exception>
    public static async Task RequestAsync(
        Socket socket,
        string portName,
        string credential,
        CancellationToken cancellation
    )
    {
        await socket.SendAsync(PeerPreface.Format(portName, credential), SocketFlags.None, cancellation);
        var answer = await ReadLineAsync(socket, cancellation);
        if (answer is not { } line || !line.Span.SequenceEqual(PeerPreface.Accepted[..^1]))
        {
            throw new IOException($"the peer at {socket.RemoteEndPoint} refused port \"{portName}\"");
        }
    }
}
