using K8sLb.Sidecar.Relay.Loop;
using K8sLb.Sidecar.Relay.Upstreams;

namespace K8sLb.Sidecar.Relay;

/// <summary>What the connections of one loop share.</summary>
internal sealed class RelayWorker
{
    private readonly Func<RelaySettings> settings;

    public RelayWorker(EventLoop loop, IRelayBrain brain, Func<RelaySettings> settings)
    {
        (Loop, Brain, this.settings) = (loop, brain, settings);
        Pool = new UpstreamPool(this);
    }

    public EventLoop Loop { get; }
    public IRelayBrain Brain { get; }
    public RelaySettings Settings => settings();
    public UpstreamPool Pool { get; }
}
