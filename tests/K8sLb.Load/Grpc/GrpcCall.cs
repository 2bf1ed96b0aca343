using System.Text;
using System.Threading.Channels;

namespace K8sLb.Load;

/// <summary>
/// One call on an HTTP/2 connection: messages each way, and the server's <c>grpc-status</c> at the end, in trailers or in the only
/// header block (gRPC's "Trailers-Only").
/// </summary>
internal sealed class GrpcCall : IHttp2Stream
{
    private readonly Channel<string> answers = Channel.CreateUnbounded<string>();
    private readonly GrpcMessages incoming = new();
    private readonly Http2Connection connection;
    private bool headed;
    private bool isGrpc = true;
    private bool answered;
    private string? status;
    private string statusMessage = "";
    private int id;

    private GrpcCall(Http2Connection connection) => this.connection = connection;

    public Http2Connection Connection => connection;

    /// <exception cref="Http2UnprocessedException">The connection takes no more.</exception>
    public static async Task<GrpcCall> StartAsync(
        Http2Connection connection,
        string method,
        CancellationToken cancellation
    )
    {
        var call = new GrpcCall(connection);
        var block = HpackRequest.Grpc(connection.Authority, method);
        call.id = await connection.StartAsync(call, block, last: false, cancellation);
        return call;
    }

    /// <summary>Sends a message and awaits its echo.</summary>
    /// <param name="last">Half-closes the call, and awaits its status.</param>
    /// <exception cref="Http2UnprocessedException">The call may be made again.</exception>
    /// <exception cref="RequestFailedException">The call ended otherwise.</exception>
    public async Task EchoAsync(string message, bool last, CancellationToken cancellation)
    {
        try
        {
            var data = GrpcMessages.Frame(Encoding.UTF8.GetBytes(message));
            await connection.SendDataAsync(id, data, last, cancellation);
            var echo = await NextAsync(cancellation);
            if (echo != message)
            {
                throw new RequestFailedException(FailureKind.Corrupt, $"{echo ?? "status OK"} for {message}");
            }
            if (last && await NextAsync(cancellation) is { } unasked)
            {
                throw new RequestFailedException(FailureKind.Corrupt, $"{unasked} after {message}");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RequestFailedException)
        {
            await connection.GiveUpAsync(id);
            throw;
        }
    }

    /// <summary>Completes when a message has come that was not asked for; false, or the failure, at the call's end.</summary>
    public Task<bool> ArrivalAsync() => answers.Reader.WaitToReadAsync().AsTask();

    public void Headers(IReadOnlyList<HpackField> fields)
    {
        if (!headed)
        {
            var code = HpackStatus.Of(fields);
            if (code < 200)
            {
                return;
            }
            if (code != 200)
            {
                var kind = code >= 500 ? FailureKind.ServerError : FailureKind.UnexpectedStatus;
                answers.Writer.TryComplete(new RequestFailedException(kind, $"the call was answered with {code}"));
                isGrpc = false;
            }
            headed = true;
            connection.Tracked.AnsweredBy(ValueOf(fields, "x-pod") ?? "");
        }
        status ??= ValueOf(fields, "grpc-status");
        statusMessage = ValueOf(fields, "grpc-message") ?? statusMessage;
    }

    /// <summary>The body of an error page is no message.</summary>
    public void Data(ReadOnlySpan<byte> data)
    {
        if (!isGrpc)
        {
            return;
        }
        foreach (var message in incoming.Take(data))
        {
            answered = true;
            answers.Writer.TryWrite(Encoding.UTF8.GetString(message));
        }
    }

    public void End() =>
        answers.Writer.TryComplete(
            status is null ? new RequestFailedException(FailureKind.Protocol, "a call that ended without grpc-status")
            : status != "0"
                ? new RequestFailedException(FailureKind.GrpcStatus, $"grpc-status {status} {statusMessage}")
            : !incoming.IsWhole
                ? new RequestFailedException(FailureKind.Corrupt, "status OK in the middle of a message")
            : null
        );

    /// <summary>What was answered has been processed, whatever the server says of it afterwards.</summary>
    public void Fail(Exception error) =>
        answers.Writer.TryComplete(
            error is Http2UnprocessedException && answered
                ? new RequestFailedException(FailureKind.StreamReset, "an answered call was disowned", error)
                : error
        );

    /// <summary>Null where the call has ended with status OK.</summary>
    private async Task<string?> NextAsync(CancellationToken cancellation) =>
        await answers.Reader.WaitToReadAsync(cancellation) && answers.Reader.TryRead(out var message) ? message : null;

    private static string? ValueOf(IReadOnlyList<HpackField> fields, string name) =>
        fields.Where(field => field.Name == name).Select(field => field.Value).FirstOrDefault();
}
