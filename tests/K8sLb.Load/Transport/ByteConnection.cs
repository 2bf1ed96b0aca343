using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Load;

/// <summary>
/// A TCP connection read through one buffer. Everything that goes wrong is a <see cref="RequestFailedException"/>: the
/// peer's FIN is <see cref="FailureKind.Cut"/>, its RST <see cref="FailureKind.Reset"/>.
/// </summary>
internal sealed class ByteConnection : IDisposable
{
    private readonly Socket socket;
    private readonly EndPoint address;
    private readonly byte[] buffer = new byte[16 * 1024];
    private int begin;
    private int end;
    private RequestFailedException? writeFailure;
    private TaskCompletionSource? awaitedRead;

    private ByteConnection(Socket socket, EndPoint address) => (this.socket, this.address) = (socket, address);

    /// <summary>Since it was opened: tells a connection that died unused from one that died in the middle.</summary>
    public long BytesRead { get; private set; }

    /// <summary>
    /// The peer's FIN or RST has arrived, or bytes that nobody asked for: not to be used for another request. A client that
    /// follows RFC 9112 section 9.5 looks before each use.
    /// </summary>
    public bool IsUnusable => begin < end || HasArrival;

    /// <summary>Something has arrived (bytes, FIN or RST) that no read has taken yet. May be asked while a read is under way.</summary>
    public bool HasArrival => socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Ends with the next read that takes something from the socket, its end included. For one who waits at a time.</summary>
    public Task NextReadAsync()
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref awaitedRead, next);
        return next.Task;
    }

    public static async Task<ByteConnection> ConnectAsync(
        EndPoint address,
        TimeSpan timeout,
        CancellationToken cancellation
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return new ByteConnection(socket, address);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new RequestFailedException(FailureKind.Timeout, $"not connected within {timeout.TotalSeconds} s", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw SocketFailure.Of(e) ?? (Exception)e;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
            }
        }
        catch (SocketException e)
        {
            writeFailure = SocketFailure.Of(e);
            throw writeFailure ?? (Exception)e;
        }
    }

    /// <summary>A line without its CR LF.</summary>
    public async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var searched = 0;
        while (true)
        {
            var newline = buffer.AsSpan(begin + searched, end - begin - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var length = searched + newline;
                var line = Encoding.Latin1.GetString(buffer, begin, length);
                begin += length + 1;
                return line.EndsWith('\r')
                    ? line[..^1]
                    : throw new RequestFailedException(FailureKind.Protocol, "a line ends without CR");
            }
            searched = end - begin;
            if (searched == buffer.Length)
            {
                throw new RequestFailedException(FailureKind.Protocol, $"a line is longer than {buffer.Length} bytes");
            }
            await FillAsync(cancellation);
        }
    }

    public async Task ReadExactlyAsync(Memory<byte> into, CancellationToken cancellation)
    {
        while (into.Length > 0)
        {
            into = into[await ReadSomeAsync(into, cancellation)..];
        }
    }

    /// <summary>At least one byte.</summary>
    public async ValueTask<int> ReadSomeAsync(Memory<byte> into, CancellationToken cancellation)
    {
        if (begin == end)
        {
            await FillAsync(cancellation);
        }
        var size = Math.Min(into.Length, end - begin);
        buffer.AsSpan(begin, size).CopyTo(into.Span);
        begin += size;
        return size;
    }

    public void Dispose() => socket.Dispose();

    private async Task FillAsync(CancellationToken cancellation)
    {
        if (begin > 0)
        {
            buffer.AsSpan(begin, end - begin).CopyTo(buffer);
            (begin, end) = (0, end - begin);
        }
        int read;
        try
        {
            read = await socket.ReceiveAsync(buffer.AsMemory(end), cancellation);
        }
        catch (SocketException e)
        {
            throw SocketFailure.Of(e) ?? (Exception)e;
        }
        finally
        {
            Interlocked.Exchange(ref awaitedRead, null)?.TrySetResult();
        }
        if (read == 0)
        {
            // Linux tells of a RST once: where a write was told, the read after it sees a plain end.
            throw writeFailure ?? new RequestFailedException(FailureKind.Cut, $"{address} closed the connection");
        }
        end += read;
        BytesRead += read;
    }
}
