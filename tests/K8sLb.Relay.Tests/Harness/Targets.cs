using System.Net;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Relay;

namespace K8sLb.Relay.Tests.Harness;

internal static class Targets
{
    /// <param name="preface">Of a peer; empty for an application.</param>
    public static RelayTarget At(string name, IPEndPoint address, ReadOnlyMemory<byte> preface = default) =>
        new(name, address, new(TimeProvider.System), preface.IsEmpty ? null : () => PeerGreeting.Plain(preface));
}
