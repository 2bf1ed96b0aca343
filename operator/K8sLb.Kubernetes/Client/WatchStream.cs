using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace K8sLb.Kubernetes;

/// <summary>Cuts the answer of a watch into lines and finds out when it has gone silent.</summary>
internal static class WatchStream
{
    // etcd refuses objects above 1.5 MiB; in JSON they are somewhat larger. More is no watch.
    private const int LongestLine = 16 * 1024 * 1024;

    /// <param name="decode">Gets a line that is valid during the call only.</param>
    /// <exception cref="WatchSilentException">Nothing arrived for <paramref name="idleTimeout"/>.</exception>
    public static async IAsyncEnumerable<TEvent> ReadAsync<TEvent>(
        Stream stream,
        Func<ReadOnlySequence<byte>, TEvent> decode,
        TimeSpan idleTimeout,
        TimeProvider time,
        string request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var idle = new CancellationTokenSource(idleTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        var reader = PipeReader.Create(stream);
        try
        {
            while (true)
            {
                ReadResult result;
                try
                {
                    result = await reader.ReadAsync(either.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new WatchSilentException($"{request}: the watch was silent for {idleTimeout}");
                }
                var buffer = result.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    yield return decode(buffer.Slice(0, end));
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }
                if (buffer.Length > LongestLine)
                {
                    throw new InvalidDataException($"{request}: a line of more than {LongestLine} bytes");
                }
                // What is left at the end is a line cut off, and comes again with the next watch.
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    yield break;
                }
                idle.CancelAfter(idleTimeout);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }
}
