using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// Tells whether bytes of a client's connection are on their way, by what the kernel counts and what Kestrel took and gave.
/// Nothing can hide between the two, in whichever buffer or thread it is.
/// </summary>
internal sealed class TransferAccount
{
    private readonly Socket socket;
    private readonly MeteredTransport metered;
    private readonly TcpAccount before;
    private long takenByLastRequest;

    /// <summary>Puts itself between the transport and Kestrel. Nobody may have begun to read.</summary>
    /// <param name="before">What was received and sent before the transport was there: the handshake between peers.</param>
    public TransferAccount(ConnectionContext transport, TcpAccount before)
    {
        this.before = before;
        socket = ClientSocket.Of(transport);
        transport.Transport = metered = new(transport.Transport);
    }

    public TransferState Look()
    {
        // Before the kernel's counts, which only grow: what they show as the same has not moved in between.
        var taken = before.Received + metered.Taken;
        var takenByRequests = before.Received + Volatile.Read(ref takenByLastRequest);
        var given = before.Acknowledged + metered.Given;
        // A system that stands in for Linux may know the option and count nothing.
        if (TcpAccount.Of(socket) is not { } kernel || kernel.Received < taken)
        {
            return ClientSocket.HasUnreadInput(socket) ? TransferState.Coming : TransferState.Unknown;
        }
        return kernel.Received > taken ? TransferState.Coming
            : kernel.Received == takenByRequests && kernel.Acknowledged == given ? TransferState.AtRest
            : TransferState.Unknown;
    }

    /// <summary>Kestrel has given all of an answer.</summary>
    public void NoteRequestEnd() => Volatile.Write(ref takenByLastRequest, metered.Taken);
}

internal enum TransferState
{
    /// <summary>
    /// Kestrel has all that came, or the system does not tell: there may be part of a request in it, or the client may not have
    /// got all of an answer.
    /// </summary>
    Unknown,

    /// <summary>The client has sent what Kestrel has not taken yet.</summary>
    Coming,

    /// <summary>HTTP/1.1: nothing has come since the last request ended, and the client has acknowledged all of its answer.</summary>
    AtRest,
}
