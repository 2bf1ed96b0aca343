using System.Net;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay;

/// <summary>
/// Where work is served. Compared by reference: idle connections are kept for one object, so whoever makes targets hands
/// out the same one for as long as it stands for the same place.
/// </summary>
/// <param name="name">For answers and logs.</param>
/// <param name="load">Of the place, shared by all targets that stand for it.</param>
/// <param name="preface">What opens a connection to a peer, empty for the local application. It is answered before any work is sent.</param>
internal class RelayTarget(
    string name,
    IPEndPoint endPoint,
    DestinationLoad load,
    ReadOnlyMemory<byte> preface = default
)
{
    public string Name { get; } = name;
    public IPEndPoint EndPoint { get; } = endPoint;
    public DestinationLoad Load { get; } = load;
    public ReadOnlyMemory<byte> Preface { get; } = preface;
    public bool IsLocal => Preface.IsEmpty;
}
