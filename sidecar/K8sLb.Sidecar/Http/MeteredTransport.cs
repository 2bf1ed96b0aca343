using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// A transport that counts the bytes which Kestrel takes from it and gives to it. Beside what the kernel counts
/// (<see cref="TcpAccount"/>) this shows what is still on its way between the two, in buffers that nobody else can look into.
/// </summary>
internal sealed class MeteredTransport(IDuplexPipe inner) : IDuplexPipe
{
    private readonly MeteredReader input = new(inner.Input);
    private readonly MeteredWriter output = new(inner.Output);

    public PipeReader Input => input;
    public PipeWriter Output => output;

    /// <summary>Bytes, since this transport was made.</summary>
    public long Taken => input.Taken;
    public long Given => output.Given;

    /// <summary>Of its counts one at a time is written by Kestrel, and read by whoever wants to know.</summary>
    private sealed class MeteredReader(PipeReader inner) : PipeReader
    {
        private ReadOnlySequence<byte> seen;
        private long taken;

        public long Taken => Volatile.Read(ref taken);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var pending = inner.ReadAsync(cancellationToken);
            return pending.IsCompletedSuccessfully ? new(See(pending.Result)) : SeeAsync(pending);
        }

        public override bool TryRead(out ReadResult result)
        {
            var isThere = inner.TryRead(out result);
            if (isThere)
            {
                See(result);
            }
            return isThere;
        }

        public override void AdvanceTo(SequencePosition consumed)
        {
            Take(consumed);
            inner.AdvanceTo(consumed);
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            Take(consumed);
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<ReadResult> SeeAsync(ValueTask<ReadResult> pending) => See(await pending);

        private ReadResult See(ReadResult result)
        {
            seen = result.Buffer;
            return result;
        }

        private void Take(SequencePosition consumed)
        {
            Volatile.Write(ref taken, taken + seen.Slice(seen.Start, consumed).Length);
            // What follows is no longer ours to hold on to.
            seen = default;
        }
    }

    private sealed class MeteredWriter(PipeWriter inner) : PipeWriter
    {
        private long given;

        public long Given => Volatile.Read(ref given);

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;
        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void Advance(int bytes)
        {
            Volatile.Write(ref given, given + bytes);
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source,
            CancellationToken cancellationToken = default
        )
        {
            Volatile.Write(ref given, given + source.Length);
            return inner.WriteAsync(source, cancellationToken);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
