using System.Net.Sockets;

namespace K8sLb.Load;

/// <summary>Names what went wrong on a socket. An error that is this machine's own (no ports left, say) is passed on as it is.</summary>
internal static class SocketFailure
{
    public static RequestFailedException? Of(Exception error)
    {
        var socketError = error as SocketException ?? error.InnerException as SocketException;
        return socketError?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => new(FailureKind.Refused, "connection refused", error),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => new(
                FailureKind.Unreachable,
                "no route to the address",
                error
            ),
            SocketError.TimedOut => new(FailureKind.Timeout, "the kernel gave up", error),
            // The last two are what sending after the peer's RST gives.
            SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted => new(
                FailureKind.Reset,
                "connection reset",
                error
            ),
            _ => null,
        };
    }
}
