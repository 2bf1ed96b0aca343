using System.Net;

namespace K8sLb.Sidecar.Routing;

/// <summary>What consistent hashing knows a client by: its address, the same in each data path and at every member.</summary>
public static class ClientKey
{
    private const int PortLength = 4;
    private const int FlowLength = 4;
    private const int Ipv4Length = 4;
    private const int Ipv6Length = 16;

    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    public static ulong Of(EndPoint? client)
    {
        Span<byte> address = stackalloc byte[Ipv6Length];
        return client is IPEndPoint ip && ip.Address.TryWriteBytes(address, out var length)
            ? OfAddress(address[..length])
            : 0;
    }

    /// <param name="address">A <c>sockaddr_in</c> or <c>sockaddr_in6</c>, as accept(2) writes it.</param>
    public static ulong OfSocketAddress(ReadOnlySpan<byte> address) =>
        address.Length switch
        {
            >= PortLength + FlowLength + Ipv6Length => OfAddress(address.Slice(PortLength + FlowLength, Ipv6Length)),
            >= PortLength + Ipv4Length => OfAddress(address.Slice(PortLength, Ipv4Length)),
            _ => 0,
        };

    private static ulong OfAddress(ReadOnlySpan<byte> address) =>
        RendezvousHash.Of(
            address.Length == Ipv6Length && address.StartsWith(MappedPrefix) ? address[MappedPrefix.Length..] : address
        );
}
