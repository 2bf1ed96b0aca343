using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Listening;

/// <summary>How this member greets another one: as the operator says that the other one can be greeted, and in no weaker way.</summary>
public sealed class PeerGreetings(SidecarOptions options, SnapshotInForce snapshots, PeerKeyRing keys)
{
    public PeerGreeting To(Peer peer, string port) =>
        peer.ProvesKey
            ? PeerGreeting.Proving(port, Self, peer.Uid, keys.Offered)
            : PeerGreeting.Plain(PeerPreface.Format(port, peer.Credential));

    /// <summary>This pod's UID.</summary>
    public string Self => options.PodUid.Length > 0 ? options.PodUid : snapshots.Current?.Self.Uid ?? "";
}
