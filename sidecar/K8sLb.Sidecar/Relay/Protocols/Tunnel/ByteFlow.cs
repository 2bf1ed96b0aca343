using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay.Protocols.Tunnel;

internal enum FlowStatus : byte
{
    /// <summary>Waits for the source or for the sink; the loop will tell.</summary>
    Waiting,

    /// <summary>As many bytes as asked for have moved.</summary>
    Done,

    /// <summary>The source has ended, and everything before that has moved.</summary>
    Ended,

    /// <summary>One of the two has failed.</summary>
    Failed,
}

/// <summary>Moves bytes from one channel to another without looking at them: spliced when there are many, copied when few.</summary>
internal struct ByteFlow
{
    /// <summary>A read this large is one of a bulk transfer, worth a pipe; a splice this small is not.</summary>
    private const int Bulk = 64 * 1024;
    private const int Trickle = 8 * 1024;

    private SplicePipe? pipe;
    private bool isBulk;

    /// <summary>Bytes have left the source and not reached the sink.</summary>
    public readonly bool HoldsBytes => pipe is { Held: > 0 };

    /// <param name="max">Bytes to take from the source at most.</param>
    /// <param name="moved">Bytes taken.</param>
    public FlowStatus Move(Channel from, Channel to, long max, out long moved)
    {
        moved = 0;
        for (var turn = 0; ; turn++)
        {
            if (to.IsBroken)
            {
                return FlowStatus.Failed;
            }
            if (to.HasBacklog || (HoldsBytes && !to.IsWritable))
            {
                return FlowStatus.Waiting;
            }
            if (moved == max && !HoldsBytes)
            {
                return FlowStatus.Done;
            }
            if (turn == EventLoop.ReadsPerTurn)
            {
                from.Loop.Defer(from);
                return FlowStatus.Waiting;
            }
            var status = Step(from, to, max - moved, out var step);
            moved += step;
            switch (status)
            {
                case ReadStatus.WouldBlock:
                    return FlowStatus.Waiting;
                case ReadStatus.End:
                    return FlowStatus.Ended;
                case ReadStatus.Failed:
                    return FlowStatus.Failed;
            }
        }
    }

    public void Drop(Channel from) => from.ReturnPipe(ref pipe);

    private ReadStatus Step(Channel from, Channel to, long max, out long moved)
    {
        if ((isBulk || HoldsBytes) && !from.HasInput && from.TrySplice(to, ref pipe, max, out moved, out var status))
        {
            isBulk = moved > Trickle || HoldsBytes;
            return status;
        }
        moved = 0;
        if (!from.HasInput)
        {
            status = from.Fill();
            if (status != ReadStatus.Data)
            {
                return status;
            }
        }
        var bytes = from.Input;
        bytes = bytes[..(int)Math.Min(bytes.Length, max)];
        isBulk = bytes.Length >= Bulk;
        moved = bytes.Length;
        to.Send(bytes);
        from.Consume(bytes.Length);
        from.Park();
        return ReadStatus.Data;
    }
}
