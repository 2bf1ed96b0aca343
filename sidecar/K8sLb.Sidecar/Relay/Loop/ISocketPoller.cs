using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>
/// Where an <see cref="EventLoop"/> gets its sockets and their readiness from. Readiness is edge-triggered: it is told
/// once, and again only after the channel met the end of what it could do. Everything but <see cref="Wake"/> belongs to
/// the loop's thread.
/// </summary>
internal interface ISocketPoller : IDisposable
{
    /// <summary>Waits for the first channel to become ready.</summary>
    /// <param name="timeoutMs">-1 waits for ever, 0 not at all.</param>
    void Wait(int timeoutMs);

    /// <summary>Signals the channels that were ready at the end of the last <see cref="Wait"/>.</summary>
    void Signal();

    /// <summary>Ends a <see cref="Wait"/> from any thread.</summary>
    void Wake();

    /// <summary>Begins to connect; what is sent before it has connected is kept.</summary>
    /// <returns>A channel that may have failed already, which is signalled like any other failure.</returns>
    Channel Connect(EventLoop loop, IPEndPoint to, IChannelOwner owner);

    /// <summary>Takes over a connected socket.</summary>
    Channel Adopt(EventLoop loop, Socket socket, IChannelOwner? owner);

    /// <summary>Accepts on a listening socket of the caller's until the result is disposed on the loop's thread.</summary>
    /// <param name="listener">Bound and listening. It stays the caller's.</param>
    IDisposable Accept(EventLoop loop, Socket listener, IAcceptor acceptor);
}

/// <summary>Takes the connections of a listener.</summary>
internal interface IAcceptor
{
    /// <summary>The loop that is to serve a connection; one of the same kind as the one that accepted it.</summary>
    EventLoop LoopFor(EventLoop accepting);

    /// <summary>Called on the thread of the channel's loop, to give it an owner.</summary>
    /// <param name="clientKey">What consistent hashing knows the client by.</param>
    void Accepted(Channel channel, ulong clientKey);
}
