using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Peers;

/// <summary>Directives under which the first member hands its work to the second.</summary>
internal static class PeerDirectives
{
    public static DrainDirective Leaves() => TestSnapshots.Drain(TimeSpan.FromMinutes(10), TimeSpan.Zero);

    public static MemberDirective AwayFromFirst(int which, MemberDirective directive) =>
        which == 0 ? directive with { Availability = MemberAvailability.Unavailable, Weight = 0 } : directive;

    /// <summary>The first leaves; the second is at this address, as the first sees it.</summary>
    public static MemberDirective Toward(int which, MemberDirective directive, IPAddress second) =>
        which == 1 ? directive with { PeerAddress = second.ToString() } : AwayFromFirst(which, directive);
}
