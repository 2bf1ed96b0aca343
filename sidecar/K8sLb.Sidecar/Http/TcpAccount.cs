using System.Net.Sockets;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// What the kernel counts of a connection, in bytes since it was opened: all that came in, whether anybody has taken it yet or
/// not, and all that went out and was acknowledged.
/// </summary>
internal readonly record struct TcpAccount(long Received, long Acknowledged)
{
    // struct tcp_info of linux/tcp.h, since Linux 4.1; RFC 4898 describes the two as ThruOctetsReceived and ThruOctetsAcked.
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const int AcknowledgedAt = 120;
    private const int ReceivedAt = 128;
    private const int Length = 136;

    /// <summary>Null where the system does not tell, or the socket is gone.</summary>
    public static TcpAccount? Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        Span<byte> info = stackalloc byte[Length];
        try
        {
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, info) < Length
                ? null
                : new(Read(ReceivedAt, info), Read(AcknowledgedAt, info));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Bytes received from a socket that nobody else reads from now, without those that wait in it.</summary>
    public static long TakenFrom(Socket socket)
    {
        while (true)
        {
            var unread = socket.Available;
            var received = Of(socket)?.Received ?? unread;
            if (socket.Available == unread)
            {
                return received - unread;
            }
        }
    }

    private static long Read(int at, ReadOnlySpan<byte> info) => BitConverter.ToInt64(info[at..]);
}
