using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Takes what it is told, and does nothing.</summary>
internal sealed class NoChannel : IClientChannel
{
    public void Release(ReleaseUrgency urgency) { }

    public void Stay() { }

    public void Cut(bool reset) { }
}
