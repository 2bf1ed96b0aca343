using System.Buffers.Binary;

namespace K8sLb.Load;

/// <summary>
/// An HTTP/2 client connection with prior knowledge, at the level of frames, so that nothing that happens to a stream stays
/// unseen. It takes part in GOAWAY as RFC 9113 section 6.8 says: no new stream after the first one, streams up to the last one
/// named go on, those above may be repeated. Keeps its own end in the account.
/// </summary>
internal sealed class Http2Connection : IDisposable
{
    private const int ConnectionWindow = 65_535;
    private const uint RefusedStream = 0x7;
    private const byte Cancel = 0x8;

    private readonly ByteConnection bytes;
    private readonly Http2Writer writer;
    private readonly Http2Streams streams = new();
    private readonly CancellationTokenSource closing = new();
    private int consumed;

    private Http2Connection(ByteConnection bytes, string authority, TrackedConnection tracked)
    {
        (this.bytes, Authority, Tracked) = (bytes, authority, tracked);
        writer = new(bytes, closing.Token);
        Reading = Task.Run(ReadAsync);
    }

    /// <summary>Completes, without error, when the connection has ended and every stream has its answer.</summary>
    public Task Reading { get; }

    public TrackedConnection Tracked { get; }

    public string Authority { get; }

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
            await bytes.WriteAsync(Http2Settings.Preface, cancellation);
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
        var exchange = new Http2Exchange();
        var id = await StartAsync(exchange, HpackRequest.Get(Authority, path), last: true, cancellation);
        try
        {
            return await exchange.Response.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await GiveUpAsync(id);
            throw;
        }
    }

    /// <param name="last">No DATA follows.</param>
    /// <returns>The stream's number.</returns>
    /// <exception cref="Http2UnprocessedException">The connection takes no more.</exception>
    public async Task<int> StartAsync(IHttp2Stream stream, byte[] block, bool last, CancellationToken cancellation)
    {
        var id = 0;
        await writer.WriteAsync(
            () =>
            {
                id = streams.Register(stream);
                var flags = Http2FrameHeader.EndHeaders | (last ? Http2FrameHeader.EndStream : 0);
                return Http2FrameHeader.Frame(Http2FrameType.Headers, (byte)flags, id, block);
            },
            cancellation
        );
        return id;
    }

    public Task SendDataAsync(int stream, byte[] data, bool last, CancellationToken cancellation) =>
        writer.WriteDataAsync(stream, data, last, cancellation);

    /// <summary>What still comes for the stream is ignored.</summary>
    public async Task GiveUpAsync(int stream)
    {
        if (streams.Take(stream) is not null)
        {
            await ReplyAsync(Http2FrameHeader.Frame(Http2FrameType.ResetStream, 0, stream, [0, 0, 0, Cancel]));
        }
    }

    /// <summary>Ends the connection from this side, unless it has ended by itself. Streams in flight are given up.</summary>
    public void Dispose()
    {
        Tracked.End(streams.Ended ?? ConnectionEnd.ByClient);
        closing.Cancel();
        bytes.Dispose();
        writer.Dispose();
    }

    private async Task ReadAsync()
    {
        RequestFailedException failure;
        try
        {
            do
            {
                await ReadFrameAsync();
            } while (streams.Ended is null);
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
                streams.Take(frame.StreamId)?.Fail(ResetBy(Number(payload)));
                break;
            case Http2FrameType.WindowUpdate when frame.StreamId == 0:
                writer.Grow(Http2FrameHeader.StreamIdIn(payload));
                break;
            case Http2FrameType.Settings when !frame.Has(Http2FrameHeader.Ack):
                Http2Settings.Check(payload);
                await ReplyAsync(Http2FrameHeader.Frame(Http2FrameType.Settings, Http2FrameHeader.Ack, 0, []));
                break;
            case Http2FrameType.Ping when !frame.Has(Http2FrameHeader.Ack):
                await ReplyAsync(Http2FrameHeader.Frame(Http2FrameType.Ping, Http2FrameHeader.Ack, 0, payload));
                break;
            case Http2FrameType.GoAway:
                OnGoAway(Http2FrameHeader.StreamIdIn(payload), Number(payload.AsSpan(4)));
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
        payload = frame.Content(payload);
        var fields = HpackFields.Read(frame.Has(Http2FrameHeader.Priority) ? payload[5..] : payload);
        streams.Find(frame.StreamId)?.Headers(fields);
        EndIfTold(frame);
    }

    private void OnData(Http2FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        streams.Find(frame.StreamId)?.Data(frame.Content(payload));
        EndIfTold(frame);
    }

    private void OnGoAway(int lastProcessed, uint error)
    {
        if (error == 0)
        {
            Tracked.ToldToMove();
        }
        streams.GoAway(lastProcessed, politely: error == 0);
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

    private Task ReplyAsync(byte[] frame) => writer.WriteAsync(() => frame, closing.Token);

    /// <summary>A refused stream was not processed (RFC 9113 section 8.7).</summary>
    private static Exception ResetBy(uint error) =>
        error == RefusedStream
            ? new Http2UnprocessedException(wasSent: true)
            : new RequestFailedException(FailureKind.StreamReset, $"RST_STREAM {error}");

    private static uint Number(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt32BigEndian(payload);
}
