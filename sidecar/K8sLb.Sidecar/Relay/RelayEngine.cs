using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Loop.Epoll;
using K8sLb.Sidecar.Relay.Loop.Portable;

namespace K8sLb.Sidecar.Relay;

/// <summary>The relay's loops and the listeners that feed them.</summary>
internal sealed class RelayEngine : IDisposable
{
    private readonly RelayWorker[] workers;

    /// <param name="settings">What holds now; asked on the path of every connection.</param>
    /// <param name="loops">Threads; one for each core that the relay may use.</param>
    /// <param name="poller">Makes what a loop gets its sockets from; see <see cref="PollerOfThisSystem"/>.</param>
    /// <param name="onFailure">Told of exceptions that a loop survived; must not throw.</param>
    public RelayEngine(
        IRelayBrain brain,
        Func<RelaySettings> settings,
        int loops,
        Func<ISocketPoller> poller,
        Action<Exception> onFailure
    )
    {
        workers =
        [
            .. Enumerable
                .Range(0, loops)
                .Select(n => new RelayWorker(new EventLoop($"relay {n}", poller(), onFailure), brain, settings)),
        ];
        foreach (var worker in workers)
        {
            worker.Loop.Start();
        }
    }

    public IReadOnlyList<RelayWorker> Workers => workers;

    public static ISocketPoller PollerOfThisSystem() =>
        EpollPoller.IsSupported ? new EpollPoller() : new SelectPoller();

    /// <summary>Opens a port. Dispose the result to stop accepting; connections that were accepted go on.</summary>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public RelayListener Listen(IPEndPoint at, Func<PortPolicy> policy) => RelayListener.Open(workers, at, policy);

    /// <summary>Takes over a connection that was accepted elsewhere.</summary>
    public void Serve(Socket client, Arrival arrival)
    {
        var worker = LoopBalance.Lightest(workers);
        worker.Loop.Post(_ => RelayListener.Serve(worker, worker.Loop.Adopt(client, owner: null), arrival), null);
    }

    public void Dispose()
    {
        foreach (var worker in workers)
        {
            worker.Loop.Dispose();
        }
    }
}
