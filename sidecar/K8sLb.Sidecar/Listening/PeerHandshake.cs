using System.Net.Sockets;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Listening;

/// <summary>Both ends of the lines that open a connection between members (<see cref="PeerPreface"/>, <see cref="PeerOpening"/>).</summary>
public static class PeerHandshake
{
    /// <summary>
    /// Reads exactly the line and leaves what follows in the socket, by looking before taking: what follows belongs to the
    /// port's protocol. Null where the line is too long, or the connection ends within it.
    /// </summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadLineAsync(Socket socket, CancellationToken cancellation)
    {
        var line = new byte[PeerOpening.MaxBytes];
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
    /// <exception cref="IOException">The peer refused, or is not of the pool.</exception>
    public static async Task RequestAsync(Socket socket, PeerGreeting greeting, CancellationToken cancellation)
    {
        await socket.SendAsync(greeting.First, SocketFlags.None, cancellation);
        while (await ReadLineAsync(socket, cancellation) is { } line)
        {
            switch (greeting.Hear(line.Span, out var reply))
            {
                case PeerWord.Granted:
                    return;
                case PeerWord.Reply:
                    await socket.SendAsync(reply, SocketFlags.None, cancellation);
                    break;
                default:
                    throw Refused(socket);
            }
        }
        throw Refused(socket);
    }

    private static IOException Refused(Socket socket) =>
        new($"the peer at {socket.RemoteEndPoint} takes no work, or is not of this pool");
}
