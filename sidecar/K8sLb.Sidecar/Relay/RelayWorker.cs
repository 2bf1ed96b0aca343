using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;

namespace K8sLb.Sidecar.Relay;

/// <summary>What the connections of one loop share.</summary>
internal sealed class RelayWorker
{
    public RelayWorker(EventLoop loop, IRelayBrain brain, RelaySettings settings)
    {
        (Loop, Brain, Settings) = (loop, brain, settings);
        Pool = new UpstreamPool(this);
    }

    public EventLoop Loop { get; }
    public IRelayBrain Brain { get; }
    public RelaySettings Settings { get; }
    public UpstreamPool Pool { get; }
}
