using System.Buffers;

namespace K8sLb.Load;

/// <summary>A request without a body, and its whole response.</summary>
internal sealed class Http2Exchange : IHttp2Stream
{
    private const int LargestBody = 1024 * 1024;

    private readonly TaskCompletionSource<Http2Response> response = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly ArrayBufferWriter<byte> body = new();
    private int status;

    public Task<Http2Response> Response => response.Task;

    /// <summary>An interim response (1xx) is passed over, and so are trailers.</summary>
    public void Headers(IReadOnlyList<HpackField> fields)
    {
        if (status == 0 && HpackStatus.Of(fields) is var read and >= 200)
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
