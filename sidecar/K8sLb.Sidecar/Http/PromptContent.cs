using K8sLb.Sidecar.Streams;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// An answer's body that lets the header go first where the body takes its time (server-sent events, a stream of gRPC
/// messages): the forwarder sends the header with the first bytes of the body, however late these come.
/// </summary>
internal sealed class PromptContent(HttpContent body, HttpResponse response) : HttpContent
{
    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new PromptStream(await body.ReadAsStreamAsync(cancellationToken), response);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(default);

    protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
        body.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }
        base.Dispose(disposing);
    }

    private sealed class PromptStream(Stream body, HttpResponse response) : AsyncStream
    {
        /// <summary>Header and body go in one packet where the body is no later than this.</summary>
        private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

        public override bool CanWrite => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = body.ReadAsync(buffer, cancellationToken);
            return read.IsCompleted || response.HasStarted
                ? read
                : SendHeaderIfLateAsync(read.AsTask(), cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                body.Dispose();
            }
            base.Dispose(disposing);
        }

        private async ValueTask<int> SendHeaderIfLateAsync(Task<int> read, CancellationToken cancellation)
        {
            using var settled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (await Task.WhenAny(read, Task.Delay(Patience, settled.Token)) != read)
            {
                await response.Body.FlushAsync(cancellation);
            }
            await settled.CancelAsync();
            return await read;
        }
    }
}
