using K8sLb.Kubernetes.Models;
using K8sLb.Load;
using K8sLb.Operator.Api;

namespace K8sLb.Demo;

/// <summary>Makes the table's rows of what the cluster and the client tell.</summary>
internal static class MemberRows
{
    private static readonly OpenConnections None = new(0, 0, 0);

    /// <summary>Without K8sLb: the pods, with the connections that the client has open to each.</summary>
    public static IReadOnlyList<MemberRow> OfPods(
        IEnumerable<V1Pod> pods,
        LoadProgress load,
        IReadOnlySet<string> old
    ) => [.. Ordered(pods).Select(pod => OfPod(pod, load.Members.GetValueOrDefault(NameOf(pod)) ?? None, old))];

    /// <summary>With K8sLb: the pool's status; a pod that it does not have yet comes with what its object tells.</summary>
    public static IReadOnlyList<MemberRow> OfPool(
        IEnumerable<V1Pod> pods,
        BackendPoolStatus? status,
        IReadOnlySet<string> old,
        DateTimeOffset now
    )
    {
        var members = (status?.Endpoints ?? []).ToDictionary(endpoint => endpoint.Uid);
        return
        [
            .. Ordered(pods)
                .Select(pod =>
                    members.TryGetValue(pod.Metadata.Uid ?? "", out var member)
                        ? OfMember(member, old, now)
                        : OfPod(pod, None, old)
                ),
        ];
    }

    private static string NameOf(V1Pod pod) => pod.Metadata.Name ?? "";

    private static MemberRow OfPod(V1Pod pod, OpenConnections open, IReadOnlySet<string> old) =>
        new()
        {
            Pod = NameOf(pod),
            Old = old.Contains(NameOf(pod)),
            Phase = PhaseOf(pod),
            Http1 = open.Http1,
            Http2 = open.Http2,
            WebSocket = open.WebSocket,
        };

    private static MemberRow OfMember(EndpointStatus member, IReadOnlySet<string> old, DateTimeOffset now) =>
        new()
        {
            Pod = member.Pod,
            Old = old.Contains(member.Pod),
            Phase = member.Phase.ToString(),
            Weight = member.Weight,
            Http1 = member.Connections?.Http1 ?? 0,
            Http2 = member.Connections?.Http2 ?? 0,
            WebSocket = member.Connections?.WebSocket ?? 0,
            Drain = member.Drain is { Initial: { } initial, Remaining: { } remaining } drain
                ? new(
                    Math.Max(0, (now - drain.StartedAt).TotalSeconds),
                    initial,
                    remaining,
                    drain.Eta is { } eta ? Math.Max(0, (eta - now).TotalSeconds) : null
                )
                : null,
        };

    private static string PhaseOf(V1Pod pod) =>
        pod.IsTerminating() ? "Terminating"
        : pod.IsReady() ? "Ready"
        : "Starting";

    private static IEnumerable<V1Pod> Ordered(IEnumerable<V1Pod> pods) =>
        pods.OrderBy(p => p.Metadata.CreationTimestamp).ThenBy(NameOf, StringComparer.Ordinal);
}
