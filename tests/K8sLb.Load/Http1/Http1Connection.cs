using System.Text;

namespace K8sLb.Load;

/// <summary>
/// An HTTP/1.1 client connection that hides nothing: no pool, no repetition, one request at a time. Strict on purpose
/// (RFC 9112): a response has Content-Length or is chunked, else it is a protocol failure. Keeps its own end in the account.
/// </summary>
internal sealed class Http1Connection(ByteConnection bytes, string host, TrackedConnection tracked) : IDisposable
{
    private bool reused;
    private bool finished;

    public ByteConnection Bytes => bytes;
    public TrackedConnection Tracked => tracked;

    /// <summary>
    /// Whether another request may be sent: neither side announced the end, and nothing has arrived since the last response.
    /// </summary>
    public bool IsUsable()
    {
        if (!finished && bytes.IsUnusable)
        {
            Finish(ConnectionEnd.CutWhileIdle);
        }
        return !finished;
    }

    /// <param name="lastRequest">Tells the server that the client will close the connection afterwards.</param>
    /// <exception cref="RequestFailedException">There was no whole response, or not the one asked for.</exception>
    public async Task SendAsync(SampleRequest request, bool lastRequest, CancellationToken cancellation)
    {
        var head = new StringBuilder();
        head.Append(request.Echo.IsEmpty ? "GET " : "POST ").Append(request.Path).Append(" HTTP/1.1\r\n");
        head.Append("Host: ").Append(host).Append("\r\n");
        if (!request.Echo.IsEmpty)
        {
            head.Append("Content-Length: ").Append(request.Echo.Length).Append("\r\n");
        }
        if (lastRequest)
        {
            head.Append("Connection: close\r\n");
        }
        var first = !reused;
        var (status, headers) = await ExchangeHeadersAsync(head, request.Echo, cancellation);
        var body = await OrCutAsync(Http1Body.ReadAsync(bytes, headers, cancellation));
        if (lastRequest)
        {
            Finish(ConnectionEnd.ByClient);
        }
        else if (headers.CloseAnnounced)
        {
            tracked.ToldToMove(atFirstAnswer: first);
            Finish(ConnectionEnd.Polite);
        }
        request.Check(status, body);
    }

    /// <summary>The response to the request whose head is given; its body is not read.</summary>
    public async Task<(int Status, Http1Headers Headers)> ExchangeHeadersAsync(
        StringBuilder head,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellation
    )
    {
        byte[] message = [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body.Span];
        var (status, headers) = await OrCutAsync(ExchangeAsync(message, cancellation));
        tracked.AnsweredBy(headers.ServedBy);
        reused = true;
        return (status, headers);
    }

    public void Dispose() => Finish(ConnectionEnd.ByClient);

    private async Task<(int, Http1Headers)> ExchangeAsync(byte[] message, CancellationToken cancellation)
    {
        var readBefore = bytes.BytesRead;
        try
        {
            await bytes.WriteAsync(message, cancellation);
            var status = Http1Headers.ParseStatus(await bytes.ReadLineAsync(cancellation));
            return (status, await Http1Headers.ReadAsync(bytes, cancellation));
        }
        catch (RequestFailedException e)
            when (reused && bytes.BytesRead == readBefore && e.Kind is FailureKind.Cut or FailureKind.Reset)
        {
            throw new RequestFailedException(FailureKind.KeepAliveLost, $"reused connection: {e.Message}", e);
        }
    }

    private async Task<T> OrCutAsync<T>(Task<T> exchange)
    {
        try
        {
            return await exchange;
        }
        catch (RequestFailedException e)
        {
            Finish(e.Kind == FailureKind.Protocol ? ConnectionEnd.ByClient : ConnectionEnd.Cut);
            throw;
        }
        catch (OperationCanceledException)
        {
            Finish(ConnectionEnd.ByClient);
            throw;
        }
    }

    private void Finish(ConnectionEnd end)
    {
        finished = true;
        tracked.End(end);
        bytes.Dispose();
    }
}
