using System.Net.Sockets;

namespace K8sLb.Sidecar.Http.Upstreams;

/// <summary>What the connections to destinations take: handlers, and sockets.</summary>
public sealed class UpstreamCounts
{
    private int handlers;
    private int sockets;

    public int Handlers => Volatile.Read(ref handlers);
    public int Sockets => Volatile.Read(ref sockets);

    internal void HandlerOpened() => Interlocked.Increment(ref handlers);

    internal void HandlerClosed() => Interlocked.Decrement(ref handlers);

    internal Stream Count(Socket socket) => new CountedStream(socket, this);

    private sealed class CountedStream : NetworkStream
    {
        private readonly UpstreamCounts counts;
        private int isClosed;

        public CountedStream(Socket socket, UpstreamCounts counts)
            : base(socket, ownsSocket: true)
        {
            this.counts = counts;
            Interlocked.Increment(ref counts.sockets);
        }

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref isClosed, 1) == 0)
            {
                Interlocked.Decrement(ref counts.sockets);
            }
            base.Dispose(disposing);
        }
    }
}
