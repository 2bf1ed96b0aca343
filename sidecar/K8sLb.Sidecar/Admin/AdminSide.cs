using System.Net;

namespace K8sLb.Sidecar.Admin;

/// <summary>
/// On which addresses the admin port listens, and which of them serve everything. A connection belongs to the address that it was dialled
/// at: loopback is reached from within the pod alone, whatever else the port listens on.
/// </summary>
internal sealed class AdminSide(IPAddress listen, IPAddress admin)
{
    private readonly bool everywhere = IsAny(admin);

    public IReadOnlyList<IPAddress> Addresses { get; } =
        IsAny(listen) || IsAny(admin) || listen.Equals(admin) ? [listen] : [listen, admin];

    /// <param name="dialled">The local address of a connection.</param>
    public bool ServesAll(IPAddress? dialled)
    {
        if (everywhere || dialled is null)
        {
            return everywhere;
        }
        var local = dialled.IsIPv4MappedToIPv6 ? dialled.MapToIPv4() : dialled;
        return local.Equals(admin) || (admin.Equals(IPAddress.Loopback) && local.Equals(IPAddress.IPv6Loopback));
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
