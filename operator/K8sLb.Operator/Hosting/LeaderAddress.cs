using System.Net;
using K8sLb.Kubernetes;

namespace K8sLb.Operator.Hosting;

/// <summary>The leader's address, which stands on the Lease beside its name.</summary>
internal static class LeaderAddress
{
    public const string Annotation = "k8slb.io/leader-url";

    /// <summary>What a leader writes; empty where it is not known, so that nobody is sent to the one before.</summary>
    public static IReadOnlyDictionary<string, string> Annotate(string? url) =>
        new Dictionary<string, string> { [Annotation] = url ?? "" };

    /// <returns>Null where this process leads, or nobody whose address is known.</returns>
    public static string? Of(LeaderElector elector) =>
        !elector.IsLeader
        && elector.Leader is { } leader
        && leader.Identity != elector.Identity
        && leader.Annotations.TryGetValue(Annotation, out var url)
        && url.Length > 0
            ? url
            : null;

    /// <summary>Where others reach a process that listens like this.</summary>
    /// <param name="ownAddress">Of the machine or pod; null where it is not known.</param>
    /// <returns>Null where that cannot be said.</returns>
    public static string? Derive(string listen, string? ownAddress)
    {
        var binding = BindingAddress.Parse(listen);
        var any =
            !IPAddress.TryParse(binding.Host.Trim('[', ']'), out var bound)
            || bound.Equals(IPAddress.Any)
            || bound.Equals(IPAddress.IPv6Any);
        var address =
            !any ? bound
            : IPAddress.TryParse(ownAddress, out var own) ? own
            : null;
        return address is null || binding.Port == 0
            ? null
            : $"{binding.Scheme}://{new IPEndPoint(address, binding.Port)}";
    }
}
