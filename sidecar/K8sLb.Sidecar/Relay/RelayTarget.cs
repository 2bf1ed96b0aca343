using System.Net;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// Where work is served. Compared by reference: idle connections are kept for one object, so whoever makes targets hands
/// out the same one for as long as it stands for the same place.
/// </summary>
/// <param name="name">For answers and logs.</param>
/// <param name="load">Of the place, shared by all targets that stand for it.</param>
/// <param name="greet">How each connection to a peer is opened, before any work is sent; null for the local application.</param>
internal class RelayTarget(string name, IPEndPoint endPoint, DestinationLoad load, Func<PeerGreeting>? greet = null)
{
    public string Name { get; } = name;
    public IPEndPoint EndPoint { get; } = endPoint;
    public DestinationLoad Load { get; } = load;
    public bool IsLocal => greet is null;

    /// <summary>For one connection; null where none is needed.</summary>
    public PeerGreeting? Greet() => greet?.Invoke();
}
