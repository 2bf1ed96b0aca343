using System.Buffers.Binary;

namespace K8sLb.Load;

/// <summary>
/// An HTTP/2 client connection with prior knowledge, at the level of frames, so that nothing that happens to a stream stays
/// unseen. GET requests only: no body, hence no send window to keep. It takes part in GOAWAY as RFC 9113 section 6.8
/// says: no new stream after the first one, streams up to the last one named go on, those above may be repeated.
/// Keeps its own end in the account.
/// </summary>
internal sealed class Http2Connection : IDisposable
{
    private const int ConnectionWindow = 65_535;

    private readonly ByteConnection bytes;
    private readonly string authority;
    private readonly SemaphoreSlim writing = new(1);
    private readonly Http2Streams streams = new();
    private readonly CancellationTokenSource closing = new();
    private int consumed;

    private Http2Connection(ByteConnection bytes, string authority, TrackedConnection tracked)
    {
        (this.bytes, this.authority, Tracked) = (bytes, authority, tracked);
        Reading = Task.Run(ReadAsync);
    }

    /// <summary>Completes, without error, when the connection has ended and every stream has its answer.</summary>
    public Task Reading { get; }

    public TrackedConnection Tracked { get; }

    public bool TakesNewStreams => streams.TakesNew;

    public static async Task<Http2Connection> OpenAsync(
        ByteConnection bytes,
        string authority,
        TrackedConnection tracked,
        CancellationToken cancellation
    )
    {
        try
        {
            await bytes.WriteAsync(Http2Preface.Bytes, cancellation);
        }
        catch
        {
            tracked.End(ConnectionEnd.Cut);
            bytes.Dispose();
            throw;
        }
        return new(bytes, authority, tracked);
    }

    /// <exception cref="Http2UnprocessedException">The request may be sent again on another connection.</exception>
    /// <exception cref="RequestFailedException">There was no whole response.</exception>
    public async Task<Http2Response> SendAsync(string path, CancellationToken cancellation)
    {
        var stream = new Http2Stream();
        var id = await StartAsync(stream, path, cancellation);
        try
        {
            return await stream.Response.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            streams.Take(id);
            throw;
        }
    }

    /// <summary>Ends the connection from this side. Streams in flight are given up.</summary>
    public void Dispose()
    {
        Tracked.End(ConnectionEnd.ByClient);
        closing.Cancel();
        bytes.Dispose();
    }

    private async Task<int> StartAsync(Http2Stream stream, string path, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            var id = streams.Register(stream);
            var flags = (byte)(Http2FrameHeader.EndHeaders | Http2FrameHeader.EndStream);
            var block = HpackRequest.Encode(authority, path);
            // Never cancelled half-way: a torn frame would break the other streams.
            await WriteAsync(Http2FrameHeader.Frame(Http2FrameType.Headers, flags, id, block), CancellationToken.None);
            return id;
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        RequestFailedException failure;
        try
        {
            do
            {
                await ReadFrameAsync();
            } while (!streams.IsFinished);
            failure = new(FailureKind.Cut, "closed after GOAWAY");
        }
        catch (RequestFailedException e)
        {
            failure = e;
        }
        catch (Exception e)
        {
            failure = closing.IsCancellationRequested
                ? new(FailureKind.Timeout, "given up by the client", e)
                : new(FailureKind.Protocol, $"a malformed frame: {e.Message}", e);
        }
        Tracked.End(streams.End(failure));
        bytes.Dispose();
    }

    private async Task ReadFrameAsync()
    {
        var header = new byte[Http2FrameHeader.Size];
        await bytes.ReadExactlyAsync(header, closing.Token);
        var frame = Http2FrameHeader.Parse(header);
        var payload = new byte[frame.Length];
        await bytes.ReadExactlyAsync(payload, closing.Token);
        switch (frame.Type)
        {
            case Http2FrameType.Headers:
                OnHeaders(frame, payload);
                break;
            case Http2FrameType.Data:
                OnData(frame, payload);
                await GiveBackWindowAsync(frame.Length);
                break;
            case Http2FrameType.ResetStream:
                var reset = new RequestFailedException(FailureKind.StreamReset, $"RST_STREAM {ErrorCode(payload)}");
                streams.Take(frame.StreamId)?.Fail(reset);
                break;
            case Http2FrameType.Settings when !frame.Has(Http2FrameHeader.Ack):
                await ReplyAsync(Http2FrameHeader.Frame(Http2FrameType.Settings, Http2FrameHeader.Ack, 0, []));
                break;
            case Http2FrameType.Ping when !frame.Has(Http2FrameHeader.Ack):
                await ReplyAsync(Http2FrameHeader.Frame(Http2FrameType.Ping, Http2FrameHeader.Ack, 0, payload));
                break;
            case Http2FrameType.GoAway:
                streams.GoAway(Http2FrameHeader.StreamIdIn(payload), politely: ErrorCode(payload.AsSpan(4)) == 0);
                break;
            default:
                break;
        }
    }

    private void OnHeaders(Http2FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (!frame.Has(Http2FrameHeader.EndHeaders))
        {
            throw new RequestFailedException(FailureKind.Protocol, "a header block in several frames");
        }
        payload = Unpadded(frame, payload);
        streams.Find(frame.StreamId)?.Headers(frame.Has(Http2FrameHeader.Priority) ? payload[5..] : payload);
        EndIfTold(frame);
    }

    private void OnData(Http2FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        streams.Find(frame.StreamId)?.Data(Unpadded(frame, payload));
        EndIfTold(frame);
    }

    private void EndIfTold(Http2FrameHeader frame)
    {
        if (frame.Has(Http2FrameHeader.EndStream))
        {
            streams.Take(frame.StreamId)?.End();
        }
    }

    private async Task GiveBackWindowAsync(int length)
    {
        consumed += length;
        if (consumed >= ConnectionWindow / 2)
        {
            var increment = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(increment, consumed);
            consumed = 0;
            await ReplyAsync(Http2FrameHeader.Frame(Http2FrameType.WindowUpdate, 0, 0, increment));
        }
    }

    private async Task ReplyAsync(byte[] frame)
    {
        await writing.WaitAsync(closing.Token);
        try
        {
            await WriteAsync(frame, closing.Token);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task WriteAsync(byte[] frame, CancellationToken cancellation)
    {
        try
        {
            await bytes.WriteAsync(frame, cancellation);
        }
        catch (RequestFailedException)
        {
            // The read loop meets the same end after it has read what came before it, a GOAWAY perhaps: its word counts.
        }
    }

    private static ReadOnlySpan<byte> Unpadded(Http2FrameHeader frame, ReadOnlySpan<byte> payload) =>
        !frame.Has(Http2FrameHeader.Padded) ? payload
        : payload.Length > 0 && payload.Length > payload[0] ? payload[1..^payload[0]]
        : throw new RequestFailedException(FailureKind.Protocol, "more padding than frame");

    private static uint ErrorCode(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt32BigEndian(payload);
}
