using System.Buffers;

namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>Bytes that the other side was too slow for. The buffer is rented while there are any.</summary>
internal struct OutputBacklog
{
    private const int Smallest = 4096;
    private byte[]? buffer;
    private int start;
    private int end;

    public readonly bool IsEmpty => start == end;
    public readonly ReadOnlySpan<byte> Bytes => buffer is null ? default : buffer.AsSpan(start, end - start);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (buffer is null || buffer.Length - end < bytes.Length)
        {
            Grow(bytes.Length);
        }
        bytes.CopyTo(buffer.AsSpan(end));
        end += bytes.Length;
    }

    public void Sent(int count)
    {
        start += count;
        if (start == end)
        {
            Clear();
        }
    }

    public void Clear()
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        (buffer, start, end) = (null, 0, 0);
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Smallest, end - start + more));
        Bytes.CopyTo(larger);
        var length = end - start;
        Clear();
        (buffer, start, end) = (larger, 0, length);
    }
}
