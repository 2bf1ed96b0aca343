using System.Net.Sockets;

namespace K8sLb.Load;

/// <summary>
/// The sending side of an HTTP/2 connection: whole frames, one after the other, and no more DATA than the server takes. What a stream
/// sends stays below <see cref="MostOnAStream"/>, so that only the connection's window has to be kept.
/// </summary>
/// <param name="closing">The connection is given up.</param>
internal sealed class Http2Writer(ByteConnection bytes, CancellationToken closing) : IDisposable
{
    public const int MostOnAStream = 16 * 1024;

    private readonly SemaphoreSlim writing = new(1);
    private readonly Lock gate = new();
    private TaskCompletionSource grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long window = 65_535;

    /// <summary>WINDOW_UPDATE for the connection.</summary>
    public void Grow(int increment)
    {
        TaskCompletionSource waiting;
        lock (gate)
        {
            window += increment;
            waiting = grown;
            grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        waiting.SetResult();
    }

    /// <param name="frame">Called when its turn has come.</param>
    /// <param name="cancellation">Of the wait for that turn: a torn frame would break all streams.</param>
    public async Task WriteAsync(Func<byte[]> frame, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await bytes.WriteAsync(frame(), closing);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The read loop meets the same end after it has read what came before it, a GOAWAY perhaps, or has met it and closed
            // the socket: its word counts.
        }
        finally
        {
            writing.Release();
        }
    }

    public async Task WriteDataAsync(int stream, byte[] data, bool last, CancellationToken cancellation)
    {
        while (Waiting(data.Length) is { } more)
        {
            await more.WaitAsync(cancellation);
        }
        var flags = last ? Http2FrameHeader.EndStream : (byte)0;
        await WriteAsync(() => Http2FrameHeader.Frame(Http2FrameType.Data, flags, stream, data), cancellation);
    }

    public void Dispose() => writing.Dispose();

    private static bool IsEnd(Exception error) =>
        error
            is RequestFailedException
                or ObjectDisposedException
                or SocketException { SocketErrorCode: SocketError.OperationAborted };

    /// <summary>Null where the window had room, which is taken then.</summary>
    private Task? Waiting(int length)
    {
        lock (gate)
        {
            if (window < length)
            {
                return grown.Task;
            }
            window -= length;
            return null;
        }
    }
}
