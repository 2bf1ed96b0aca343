using System.Buffers;

namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>
/// Bytes that were received and not consumed. They are read into the loop's one buffer; only what must wait for more is
/// parked in a rented one, so that an idle connection holds no buffer.
/// </summary>
internal struct InputWindow
{
    private byte[]? parked;
    private byte[]? buffer;
    private int start;
    private int end;

    public readonly bool IsEmpty => start == end;
    public readonly int Length => end - start;
    public readonly ReadOnlySpan<byte> Bytes => buffer is null ? default : buffer.AsSpan(start, end - start);

    /// <summary>Where the next bytes go: behind what is there, in the loop's buffer.</summary>
    public Span<byte> Open(byte[] shared)
    {
        if (!ReferenceEquals(buffer, shared))
        {
            Bytes.CopyTo(shared);
            (end, start) = (end - start, 0);
            Return();
            buffer = shared;
        }
        else if (end == shared.Length && start > 0)
        {
            Bytes.CopyTo(shared);
            (end, start) = (end - start, 0);
        }
        return shared.AsSpan(end);
    }

    public void Received(int count) => end += count;

    public void Consume(int count)
    {
        start += count;
        if (start == end)
        {
            Return();
            (buffer, start, end) = (null, 0, 0);
        }
    }

    /// <summary>Leaves the loop's buffer to the next reader.</summary>
    public void Park(byte[] shared)
    {
        if (!ReferenceEquals(buffer, shared))
        {
            return;
        }
        if (start == end)
        {
            (buffer, start, end) = (null, 0, 0);
            return;
        }
        parked = ArrayPool<byte>.Shared.Rent(end - start);
        Bytes.CopyTo(parked);
        (buffer, end, start) = (parked, end - start, 0);
    }

    public void Discard() => Consume(end - start);

    private void Return()
    {
        if (parked is not null)
        {
            ArrayPool<byte>.Shared.Return(parked);
            parked = null;
        }
    }
}
