using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// Which loop serves a new connection: the one that accepted it, which costs nothing, unless another has clearly less to
/// do; the kernel spreads by a hash, which a handful of busy connections does not even out.
/// </summary>
internal static class LoopBalance
{
    private const int Slack = 1;
    private const int SlackPart = 8;

    public static EventLoop For(RelayWorker[] workers, EventLoop accepting)
    {
        var lightest = Lightest(workers).Loop;
        return accepting.Load > lightest.Load + Slack + lightest.Load / SlackPart ? lightest : accepting;
    }

    public static RelayWorker Lightest(RelayWorker[] workers)
    {
        var lightest = workers[0];
        foreach (var worker in workers)
        {
            if (worker.Loop.Load < lightest.Loop.Load)
            {
                lightest = worker;
            }
        }
        return lightest;
    }
}
