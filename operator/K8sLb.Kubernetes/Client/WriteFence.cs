using System.Net;

namespace K8sLb.Kubernetes;

/// <summary>
/// The body of a write that is asked about again when a connection takes it: between the decision to write and that moment a process can
/// have been stopped, or have waited for a connection, for longer than its lease. A body that does not come cancels its request.
/// </summary>
internal sealed class FencedContent(ReadOnlyMemory<byte> content, Func<bool> mayWrite, string request) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        FencedException.ThrowIfClosed(mayWrite, request);
        await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }
}

/// <summary>This process may not write any more, so it did not.</summary>
public sealed class FencedException(string request) : Exception($"{request}: not sent, this process may not write now")
{
    internal static void ThrowIfClosed(Func<bool>? mayWrite, string request)
    {
        if (mayWrite?.Invoke() == false)
        {
            throw new FencedException(request);
        }
    }
}
