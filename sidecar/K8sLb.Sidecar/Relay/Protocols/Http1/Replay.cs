using System.Buffers;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <summary>
/// A copy of a whole, idempotent request that went to a used connection. Where that connection turns out to be closed
/// without a byte of response, the request goes out again (RFC 9112 section 9.3.1).
/// </summary>
internal struct Replay
{
    private byte[]? buffer;
    private int length;

    public readonly bool IsKept => buffer is not null;
    public readonly ReadOnlySpan<byte> Request => buffer.AsSpan(0, length);

    public void Keep(ReadOnlySpan<byte> request)
    {
        Forget();
        buffer = ArrayPool<byte>.Shared.Rent(request.Length);
        request.CopyTo(buffer);
        length = request.Length;
    }

    public void Forget()
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
    }
}
