using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// Gives Kestrel connections that were accepted elsewhere: an endpoint without a socket of its own, a transport that binds
/// to it, and a listener that waits for what is handed over.
/// </summary>
internal sealed class HandoffEndPoint(string name) : EndPoint, IConnectionListener
{
    private readonly Channel<ConnectionContext> handedOver = Channel.CreateUnbounded<ConnectionContext>(
        new() { SingleReader = true }
    );

    public EndPoint EndPoint => this;

    /// <summary>False where the server has stopped.</summary>
    public bool TryHandOver(ConnectionContext connection) => handedOver.Writer.TryWrite(connection);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await handedOver.Reader.WaitToReadAsync(cancellationToken) && handedOver.Reader.TryRead(out var connection)
            ? connection
            : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        handedOver.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    public override string ToString() => name;
}

/// <summary>Binds <see cref="HandoffEndPoint"/>s and nothing else.</summary>
internal sealed class HandoffTransport : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is HandoffEndPoint handoff
            ? ValueTask.FromResult<IConnectionListener>(handoff)
            : throw new NotSupportedException($"{endpoint} is no endpoint of this server: it opens no sockets itself");
}
