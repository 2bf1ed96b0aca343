using System.Buffers;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <summary>
/// A copy of a whole request that may have to go out again: because the used connection that it went to turns out to be
/// closed without a byte of response, where it is idempotent (RFC 9112 section 9.3.1), or because a peer gives it back.
/// </summary>
internal struct Replay
{
    private byte[]? buffer;
    private int length;
    private bool whereClosed;
    private bool whereUnserved;

    /// <summary>Once: a new connection that closes is no accident.</summary>
    public readonly bool MayRepeatClosed => buffer is not null && whereClosed;
    public readonly bool MayRepeatUnserved => buffer is not null && whereUnserved;
    public readonly ReadOnlySpan<byte> Request => buffer.AsSpan(0, length);

    /// <param name="isWhole">A part of it that is still to come could not be sent again.</param>
    public void Keep(ReadOnlySpan<byte> request, bool isWhole, bool whereClosed, bool whereUnserved)
    {
        if (!isWhole || !(whereClosed || whereUnserved))
        {
            return;
        }
        Forget();
        (this.whereClosed, this.whereUnserved) = (whereClosed, whereUnserved);
        buffer = ArrayPool<byte>.Shared.Rent(request.Length);
        request.CopyTo(buffer);
        length = request.Length;
    }

    /// <summary>It goes out again to a place that it has not been to, on a new connection.</summary>
    public void GoesOn(bool toPeer) => (whereClosed, whereUnserved) = (false, toPeer);

    public void Forget()
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
    }
}
