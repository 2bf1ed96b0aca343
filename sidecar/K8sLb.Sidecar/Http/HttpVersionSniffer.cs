using System.Buffers;
using System.IO.Pipelines;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// Tells HTTP/2 with prior knowledge from HTTP/1.1 by the connection preface (RFC 9113, section 3.4), which is made so that
/// no HTTP/1.1 request looks like it. Takes nothing from the pipe.
/// </summary>
internal static class HttpVersionSniffer
{
    /// <summary>From the first byte, as long as for the head of a request.</summary>
    private static readonly TimeSpan PrefaceTimeout = TimeSpan.FromSeconds(30);

    private static ReadOnlySpan<byte> Http2Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <returns>Null where the connection ended, its time ran out, or reading was cancelled, before it could be told.</returns>
    public static async ValueTask<SniffedVersion?> SniffAsync(
        PipeReader input,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        CancellationTokenSource? timeout = null;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(timeout?.Token ?? cancellation);
                var buffer = result.Buffer;
                if (Decide(buffer) is { } version)
                {
                    // Nothing is marked as examined, so that the next reader gets these bytes at once.
                    input.AdvanceTo(buffer.Start);
                    return version;
                }
                input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                {
                    return null;
                }
                timeout ??= new(PrefaceTimeout, clock);
            }
        }
        catch (OperationCanceledException) when (timeout is { IsCancellationRequested: true })
        {
            return null;
        }
        finally
        {
            timeout?.Dispose();
        }
    }

    private static SniffedVersion? Decide(in ReadOnlySequence<byte> buffer)
    {
        var matched = 0;
        foreach (var segment in buffer)
        {
            var part = segment.Span;
            var length = Math.Min(part.Length, Http2Preface.Length - matched);
            if (!part[..length].SequenceEqual(Http2Preface.Slice(matched, length)))
            {
                return SniffedVersion.Http1;
            }
            matched += length;
        }
        return matched == Http2Preface.Length ? SniffedVersion.Http2 : null;
    }
}

internal enum SniffedVersion
{
    Http1,
    Http2,
}
