using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Relay.Tests.Loop;

public sealed class PostTests
{
    private const int Rounds = 200_000;
    private const int MostSpins = 60;

    /// <summary>
    /// One that comes while the loop turns to those before it. Whoever waits for it must not depend on another that follows.
    /// </summary>
    [Fact]
    public void What_is_posted_runs_however_close_it_comes_to_what_was_before()
    {
        using var loop = new EventLoop("test", new RestlessPoller(), _ => { });
        loop.Start();
        var (posted, run) = (0L, 0L);
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                posted++;
                loop.Post(_ => Volatile.Write(ref run, run + 1), null);
                Thread.SpinWait(random.Next(MostSpins));
            }
            Closely.IsTrue(() => Volatile.Read(ref run) == posted, "all that was posted has run");
        }
    }

    /// <summary>Never waits, so that the loop's turns come as close together as they can. Knows no sockets.</summary>
    private sealed class RestlessPoller : ISocketPoller
    {
        public void Wait(int timeoutMs) { }

        public void Signal() { }

        public void Wake() { }

        public Channel Connect(EventLoop loop, IPEndPoint to, IChannelOwner owner) => throw new NotSupportedException();

        public Channel Adopt(EventLoop loop, Socket socket, IChannelOwner? owner) => throw new NotSupportedException();

        public IDisposable Accept(EventLoop loop, Socket listener, IAcceptor acceptor) =>
            throw new NotSupportedException();

        public void Dispose() { }
    }
}
