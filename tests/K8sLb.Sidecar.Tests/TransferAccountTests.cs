using System.Buffers;
using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Http;
using K8sLb.TestKit;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Sidecar.Tests;

/// <summary>What is on its way between client and server, at both ends of a real socket.</summary>
public sealed class TransferAccountTests : IDisposable
{
    private static readonly byte[] Request = "GET / HTTP/1.1\r\n\r\n"u8.ToArray();
    private static readonly byte[] Answer = "HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray();
    private readonly SocketConnectionContextFactory sockets = new(new(), NullLogger.Instance);
    private readonly Socket client = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket accepted;
    private ConnectionContext transport = null!;
    private TransferAccount account = null!;

    public TransferAccountTests()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        client.Connect(listener.LocalEndPoint!);
        accepted = listener.Accept();
    }

    public void Dispose()
    {
        client.Dispose();
        accepted.Dispose();
        sockets.Dispose();
    }

    [Fact]
    public void A_connection_that_nobody_has_used_is_at_rest()
    {
        Begin();

        account.Look().ShouldBe(TransferState.AtRest);
    }

    [Fact]
    public async Task What_the_transport_has_read_and_nobody_has_taken_is_coming()
    {
        Begin();
        await client.SendAsync(Request);
        await Eventually.IsTrue(() => accepted.Available == 0, "the transport has emptied the socket");

        account.Look().ShouldBe(TransferState.Coming);
    }

    [Fact]
    public async Task A_request_that_was_taken_is_neither_coming_nor_at_rest_until_it_has_ended()
    {
        Begin();
        await client.SendAsync(Request);
        await TakeAsync(Request.Length);
        account.Look().ShouldBe(TransferState.Unknown);

        await transport.Transport.Output.WriteAsync(Answer);
        account.NoteRequestEnd();
        await ReceivedAsync(Answer.Length);

        await Eventually.IsTrue(() => account.Look() == TransferState.AtRest, "the client has acknowledged the answer");
    }

    [Fact]
    public async Task Part_of_a_second_request_that_was_taken_is_no_rest()
    {
        Begin();
        await client.SendAsync((byte[])[.. Request, .. Request.AsSpan(..5)]);
        await TakeAsync(Request.Length);
        account.NoteRequestEnd();
        await Eventually.IsTrue(() => account.Look() == TransferState.Coming, "the rest has arrived");

        await TakeAsync(5);

        account.Look().ShouldBe(TransferState.Unknown);
    }

    [Fact]
    public async Task An_answer_that_the_transport_has_not_sent_is_no_rest()
    {
        Begin();
        transport.Transport.Output.Write(Answer);

        account.Look().ShouldBe(TransferState.Unknown);

        await transport.Transport.Output.FlushAsync();
        await ReceivedAsync(Answer.Length);
        await Eventually.IsTrue(() => account.Look() == TransferState.AtRest, "the client has acknowledged the answer");
    }

    [Fact]
    public async Task What_passed_before_the_transport_was_there_counts_as_passed()
    {
        await client.SendAsync((byte[])[.. "hello\n"u8, .. Request]);
        await accepted.ReceiveAsync(new byte[6], SocketFlags.None);
        await accepted.SendAsync(Answer);
        await ReceivedAsync(Answer.Length);

        Begin(new(TcpAccount.TakenFrom(accepted), Answer.Length));
        account.Look().ShouldBe(TransferState.Coming);
        await TakeAsync(Request.Length);
        account.NoteRequestEnd();

        await Eventually.IsTrue(() => account.Look() == TransferState.AtRest, "all is acknowledged");
    }

    private void Begin(TcpAccount before = default)
    {
        transport = sockets.Create(accepted);
        account = new(transport, before);
    }

    private async Task TakeAsync(int count)
    {
        var read = await transport.Transport.Input.ReadAtLeastAsync(count);
        transport.Transport.Input.AdvanceTo(read.Buffer.GetPosition(count));
    }

    private async Task ReceivedAsync(int count)
    {
        var buffer = new byte[count];
        for (var length = 0; length < count; )
        {
            length += await client.ReceiveAsync(buffer.AsMemory(length));
        }
    }
}
