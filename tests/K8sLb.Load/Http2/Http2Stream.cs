using System.Buffers;

namespace K8sLb.Load;

/// <summary>A request in flight. Written by its connection's read loop alone, once it is registered.</summary>
internal sealed class Http2Stream
{
    private const int LargestBody = 1024 * 1024;

    private readonly TaskCompletionSource<Http2Response> response = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly ArrayBufferWriter<byte> body = new();
    private int status;

    public Task<Http2Response> Response => response.Task;

    /// <summary>An interim response (1xx) is passed over; trailers are not read.</summary>
    public void Headers(ReadOnlySpan<byte> block)
    {
        if (status == 0 && HpackStatus.Read(block) is var read and >= 200)
        {
            status = read;
        }
    }

    public void Data(ReadOnlySpan<byte> data)
    {
        if (status == 0 || body.WrittenCount + data.Length > LargestBody)
        {
            throw new RequestFailedException(FailureKind.Protocol, "DATA before HEADERS, or too much of it");
        }
        body.Write(data);
    }

    public void End() => response.TrySetResult(new(status, body.WrittenSpan.ToArray()));

    public void Fail(Exception error) => response.TrySetException(error);
}
